// Workers that take tasks from one queue. Several of one thread each stand in for threads, which a
// browser allows only to pages that come with certain headers.

const MOST = 4; // each has a copy of the network and of what it is computing

class Crew {
  constructor(embedded) {
    this.embedded = embedded;
    this.calls = new Map();
    this.queue = [];
    this.last = 0;
  }

  // Half of the cores, as the other half are often the same ones counted twice.
  async start() {
    const count = Math.max(1, Math.min(MOST, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
    this.workers = Array.from({ length: count }, () => this.hire());
    const { model, wasm, settings } = this.embedded;
    await Promise.all(this.workers.map((worker) => this.call(worker, { task: "load", model, wasm, settings })));
    this.idle = [...this.workers];
  }

  get size() {
    return this.workers.length;
  }

  hire() {
    const worker = new Worker(this.embedded.script);
    worker.onmessage = ({ data: { id, progress, result, error } }) => {
      const call = this.calls.get(id);
      if (progress !== undefined) return call.progress?.(progress);
      this.calls.delete(id);
      return error === undefined ? call.resolve(result) : call.reject(new Error(error));
    };
    worker.onerror = (event) => this.fail(new Error(event.message || "a worker could not be started"));
    return worker;
  }

  call(worker, message, progress) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.calls.set(this.last, { resolve, reject, progress });
      worker.postMessage({ id: this.last, ...message });
    });
  }

  // Have one of the workers do a task, when one is free. `message` is a function, called then.
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

  // Stop at once; whatever is under way fails with `reason`.
  dismiss(reason) {
    for (const worker of this.workers) worker.terminate();
    this.fail(reason);
  }
}
