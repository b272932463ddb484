/** Which deployment each session spoke to last. In memory and bounded: forgetting one costs nothing but a try. */
export type Sessions = {
  readonly last: (sessionId: string) => string | undefined;
  readonly remember: (sessionId: string, deployment: string) => void;
};

const MAX_SESSIONS = 10_000;

export function createSessions(): Sessions {
  const deployments = new Map<string, string>();
  return {
    last: (sessionId) => deployments.get(sessionId),
    remember: (sessionId, deployment) => {
      // Taken out first, so that the map stays in the order of use.
      deployments.delete(sessionId);
      deployments.set(sessionId, deployment);
      if (deployments.size <= MAX_SESSIONS) return;
      const [oldest] = deployments.keys();
      if (oldest !== undefined) deployments.delete(oldest);
    },
  };
}
