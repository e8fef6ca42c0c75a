// A pool of single-threaded workers with one queue. Browsers allow real threads only to pages with
// certain HTTP headers, which a file opened from disk lacks.

const MAX_WORKERS = 4; // each holds a copy of the network and its activations

class WorkerPool {
  constructor(embedded) {
    this.embedded = embedded;
    this.calls = new Map();
    this.queue = [];
    this.last = 0;
  }

  // Half of the reported cores: often two of them share one physical core.
  async start() {
    const count = Math.max(1, Math.min(MAX_WORKERS, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
    this.workers = Array.from({ length: count }, () => this.newWorker());
    const { model, wasm, settings } = this.embedded;
    await Promise.all(this.workers.map((worker) => this.call(worker, { task: "load", model, wasm, settings })));
    this.idle = [...this.workers];
  }

  get size() {
    return this.workers.length;
  }

  newWorker() {
    const worker = new Worker(this.embedded.script);
    worker.onmessage = ({ data: { id, progress, result, error } }) => {
      const call = this.calls.get(id);
      if (progress !== undefined) return call.progress?.(progress);
      this.calls.delete(id);
      return error === undefined ? call.resolve(result) : call.reject(new Error(error));
    };
    worker.onerror = (event) => this.fail(new Error(event.message || "a worker did not start"));
    return worker;
  }

  call(worker, message, progress) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.calls.set(this.last, { resolve, reject, progress });
      worker.postMessage({ id: this.last, ...message });
    });
  }

  // Run a task on the next free worker. `message` is a function; it is called when the task starts.
  async run(message, progress) {
    while (this.idle.length === 0) await new Promise((resolve, reject) => this.queue.push({ resolve, reject }));
    const worker = this.idle.pop();
    try {
      return await this.call(worker, message(), progress);
    } finally {
      this.idle.push(worker);
      this.queue.shift()?.resolve();
    }
  }

  fail(error) {
    for (const { reject } of [...this.calls.values(), ...this.queue]) reject(error);
    this.calls.clear();
    this.queue = [];
  }

  // Stop at once; running and waiting tasks fail with `reason`.
  terminate(reason) {
    for (const worker of this.workers) worker.terminate();
    this.fail(reason);
  }
}
