/** What of an endpoint may be shown, and what a change makes of it. */
import type { Endpoint, StoredKeyPair } from './endpoint.ts';
import type { Engine } from './engine.ts';

/** Never a secret, sealed or not. */
export function viewOf(endpoint: Endpoint, { dispatcher }: Pick<Engine, 'dispatcher'>) {
  const { workspaceId: _workspaceId, secrets, keyPairs, ...view } = endpoint;
  return {
    ...view,
    filters: [...view.filters],
    conditions: [...view.conditions],
    retryDelaysSeconds: view.retryDelaysSeconds && [...view.retryDelaysSeconds],
    signsWithPublicKey: keyPairs.length > 0,
    secrets: secrets.map(({ createdAtMs, expiresAtMs }) => ({ createdAtMs, expiresAtMs })),
    publicKeys: keyPairs.map(({ publicKey, createdAtMs, expiresAtMs }) => ({ publicKey, createdAtMs, expiresAtMs })),
    nextProbeAtMs: view.isEnabled ? dispatcher.nextProbeAtMs(endpoint.id) : null,
  };
}

/** Only what is given changes; undefined leaves a part as it is. */
export type EndpointChange = {
  readonly [
    Name in
      | 'url'
      | 'description'
      | 'filters'
      | 'conditions'
      | 'retryDelaysSeconds'
      | 'rateLimitPerSecond'
      | 'ordering'
      | 'isEnabled'
  ]?: Endpoint[Name] | undefined;
} & {
  readonly signsWithPublicKey?: boolean | undefined;
  readonly nowMs: number;
  readonly newKeyPair: () => StoredKeyPair;
};

/** The endpoint after a person's change, one version on. */
export function changedEndpoint(endpoint: Endpoint, change: EndpointChange): Endpoint {
  const { isEnabled, retryDelaysSeconds, rateLimitPerSecond } = change;
  return {
    ...endpoint,
    url: change.url ?? endpoint.url,
    description: change.description ?? endpoint.description,
    filters: change.filters ?? endpoint.filters,
    conditions: change.conditions ?? endpoint.conditions,
    retryDelaysSeconds: retryDelaysSeconds === undefined ? endpoint.retryDelaysSeconds : retryDelaysSeconds,
    rateLimitPerSecond: rateLimitPerSecond === undefined ? endpoint.rateLimitPerSecond : rateLimitPerSecond,
    ordering: change.ordering ?? endpoint.ordering,
    keyPairs: keyPairsAfter(endpoint, change),
    isEnabled: isEnabled ?? endpoint.isEnabled,
    // Whoever switches it by hand has read the reason, and the days it may fail begin again.
    disabledReason: isEnabled === undefined ? endpoint.disabledReason : null,
    failingSinceMs: isEnabled === true && !endpoint.isEnabled ? null : endpoint.failingSinceMs,
    version: endpoint.version + 1,
    updatedAtMs: change.nowMs,
  };
}

function keyPairsAfter({ keyPairs }: Endpoint, change: EndpointChange): readonly StoredKeyPair[] {
  if (change.signsWithPublicKey === undefined) return keyPairs;
  if (!change.signsWithPublicKey) return [];
  return keyPairs.length > 0 ? keyPairs : [change.newKeyPair()];
}
