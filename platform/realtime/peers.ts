/**
 * Peers: the other processes of the installation and whether each hears Redis now. They say so over PostgreSQL, which all of
 * them hear; one that is silent for a while has ended.
 */
export const STATE_MS = 10_000; // How often each process says it again.
const SILENT_MS_MAX = 3 * STATE_MS; // Three words missed; until then a dead peer only keeps us on PostgreSQL.
const PEERS_MAX = 1_000; // An installation has some ten processes; this bounds restarts in a loop.

export class Peers {
  readonly #peers = new Map<string, { readonly isHearing: boolean; readonly saidAtMs: number }>();

  /** Takes what a peer said; tells what that means for us. */
  record(origin: string, isHearing: boolean): 'new' | 'lost' | 'same' {
    const before = this.#peers.get(origin);
    this.#peers.delete(origin);
    this.#peers.set(origin, { isHearing, saidAtMs: performance.now() });
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > PEERS_MAX && oldest !== undefined) this.#peers.delete(oldest);
    if (!before) return 'new';
    return before.isHearing && !isHearing ? 'lost' : 'same';
  }

  get hasAny(): boolean {
    this.#forgetSilent();
    return this.#peers.size > 0;
  }

  /** True when a message over Redis reaches everybody. */
  get areHearing(): boolean {
    this.#forgetSilent();
    return [...this.#peers.values()].every(({ isHearing }) => isHearing);
  }

  #forgetSilent(): void {
    const beforeMs = performance.now() - SILENT_MS_MAX;
    for (const [origin, { saidAtMs }] of this.#peers) if (saidAtMs < beforeMs) this.#peers.delete(origin);
  }
}
