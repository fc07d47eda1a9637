/** A pool of sockets that notes when each request found a connected socket, for the delivery log. */
import { type Dispatcher, Pool } from 'undici';

/** Passed as `opaque` with a request; filled while it is under way. */
export interface RequestTiming {
  /** `performance.now()` when a connected socket took the request; 0 while none has. */
  takenAtMs: number;
}

export class TimedPool extends Pool {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { opaque } = options as { readonly opaque?: RequestTiming };
    return super.dispatch(options, opaque ? new TimedHandler(handler, opaque) : handler);
  }
}

class TimedHandler implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #timing: RequestTiming;

  constructor(inner: Dispatcher.DispatchHandler, timing: RequestTiming) {
    this.#inner = inner;
    this.#timing = timing;
  }

  onRequestStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void {
    this.#timing.takenAtMs = performance.now();
    this.#inner.onRequestStart?.(...args);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#inner.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.#inner.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#inner.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.#inner.onResponseError?.(...args);
  }
}
