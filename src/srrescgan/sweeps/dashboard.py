"""The W&B report of a multirun, as code."""

from collections.abc import Sequence
from typing import Any

from srrescgan.loggers.wandb_server import dashboard_library


def sweep_report(
    entity: str, project: str, group: str, scores: tuple[str, str], parameters: Sequence[str]
) -> Any:
    """Make the W&B report of the runs of one group.

    It shows a scatter plot of two scores, whose edge is the Pareto front, and parallel coordinates
    from the parameters to the scores. Scores are those of each run's last validation.

    Args:
        entity: user or team.
        project: W&B project that the runs are in.
        group: of the runs; a multirun's is the name of its folder.
        scores: two log names such as ``val/set5/rgb8/lpips``: the horizontal axis and the vertical.
        parameters: dotted configuration keys that differ between the runs.

    Returns:
        A ``wandb_workspaces.reports.v2.Report``, not saved yet.

    Raises:
        ConfigError: the package wandb-workspaces is not installed.
        ValueError: it refuses a name.
    """
    _, reports = dashboard_library()
    across, up = (reports.SummaryMetric(score) for score in scores)
    columns = [*(reports.Config(key) for key in parameters), across, up]
    # Without a project a run set is that of the report, and needs no server.
    runs = reports.Runset(name=group, filters=f"Metric('Group') = {group!r}")
    wide = reports.Layout(x=0, y=0, w=24, h=14)
    below = reports.Layout(x=0, y=14, w=24, h=12)
    panels = [
        reports.ScatterPlot(title="Scores of all runs", x=across, y=up, layout=wide),
        reports.ParallelCoordinatesPlot(
            title="Parameters and scores",
            columns=[reports.ParallelCoordinatesPlotColumn(metric=column) for column in columns],
            layout=below,
        ),
    ]
    return reports.Report(
        entity=entity,
        project=project,
        title=f"Sweep {group}",
        description=f"{scores[1]} against {scores[0]}, last validation of each run",
        blocks=[reports.PanelGrid(runsets=[runs], panels=panels)],
        width="fluid",
    )
