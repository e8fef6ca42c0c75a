PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help install lint type test test-all demo demo-real train eval measured upscale bench notebook clean

SKIMAGE = $$($(BIN)/python -c "import skimage; print(skimage.data_dir)")
DEMO := outputs/demo/make
MEASURED := {sr: {weights: srrescgan, ensemble: true}, realsr: realsr, realsr_jpeg: realsr_jpeg, realesrgan: realesrgan, realesrgan_anime: realesrgan_anime, animevideo: animevideo}
REAL := outputs/demo-real

help:      ## Show this help
	@grep -E '^[a-z-]+: .*?## ' $(MAKEFILE_LIST) | awk 'BEGIN{FS=":.*?## "}{printf "%-10s %s\n",$$1,$$2}'

install: $(READY)  ## Create .venv with the exact versions in constraints.txt
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

demo: $(READY)  ## Train a small SRResCGAN on five photos, evaluate it, upscale a photo (3 minutes)
	rm -rf $(DEMO)
	$(BIN)/python -m srrescgan.train experiment=demo output_dir=$(DEMO) $(ARGS)
	$(BIN)/python -m srrescgan.eval experiment=demo ckpt_path=$(DEMO)/checkpoints/last.ckpt output_dir=$(DEMO)/eval
	$(BIN)/python -m srrescgan.upscale input=$(SKIMAGE)/chelsea.png output=$(DEMO)/upscaled weights=$(DEMO)/checkpoints/last.ckpt
	@echo "Side by side: $(DEMO)/eval/comparison.html   4 times larger: $(DEMO)/upscaled/chelsea.png"

demo-real: $(READY)  ## Learn a camera's noise, make training pairs with it, train on them (5 minutes)
	rm -rf $(REAL)
	$(BIN)/python -m srrescgan.prepare.bundled $(REAL)/data
	$(BIN)/python -m srrescgan.degrade input=$(REAL)/data/photos output=$(REAL)/data/camera degradation=noise8 scale=1
	$(BIN)/python -m srrescgan.pipeline stages=demo_real paths.data_dir=$(REAL)/data output_dir=$(REAL) audit='{patch_size:32}' $(ARGS)
	$(BIN)/python -m srrescgan.upscale input=$(REAL)/data/generated/LR/valid output=$(REAL)/upscaled weights=$(REAL)/train/checkpoints/last.ckpt
	@echo "How real the generated pictures look: $(REAL)/audit/audit.html   4 times larger: $(REAL)/upscaled/chelsea.png"

test: $(READY)  ## Run the tests that need neither accelerator nor internet (under 10 minutes)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-all: $(READY)  ## Run every test that this machine supports, except those that need the internet
	$(BIN)/python -m pytest -m "not network"

lint: $(READY)  ## Check format, lint rules and import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

type: $(READY)  ## Check static types
	$(BIN)/mypy

train: $(READY)  ## make train EXPERIMENT=ntire20_track1 ARGS="paths.data_dir=DIR"
	$(BIN)/python -m srrescgan.train experiment=$(EXPERIMENT) $(ARGS)

eval: $(READY)  ## make eval EXPERIMENT=ntire20_track1 CKPT=FILE ARGS="ensemble=both"; CKPT defaults to the released or best weights
	$(BIN)/python -m srrescgan.eval experiment=$(EXPERIMENT) $(if $(CKPT),ckpt_path=$(CKPT)) $(ARGS)

measured: $(READY)  ## Measure the networks of docs/results.md, hours; resumes: make measured ARGS="paths.data_dir=DIR"
	$(BIN)/python -m srrescgan.eval experiment=df2k_noise8 name=measured data=measured protocol=[realsr] published=[realsr100] methods='$(MEASURED)' save_images=reuse output_dir=outputs/measured $(ARGS)

upscale: $(READY)  ## make upscale INPUT=photos WEIGHTS=FILE OUTPUT=large ARGS="ensemble=true"
	$(BIN)/python -m srrescgan.upscale input=$(INPUT) weights=$(WEIGHTS) output=$(or $(OUTPUT),upscaled) $(ARGS)

bench: $(READY)  ## Time training, upscaling, resizing and reading against plain implementations
	$(BIN)/python tests/benchmarks/bench.py $(ARGS)

notebook: $(READY)  ## Run the notebooks
	$(BIN)/jupyter nbconvert --to notebook --execute --output-dir outputs/notebooks notebooks/*.ipynb

clean:     ## Remove .venv, outputs, logs and caches
	rm -rf $(VENV) build dist outputs multirun wandb .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
