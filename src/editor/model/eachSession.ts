import { toDisposable, type Disposable } from '../../base/disposable.ts';
import type { ClusterModel } from './clusterModel.ts';
import type { ClusterSession } from './session.ts';

/** Begins something for each running cluster, also for those to come, and ends it when the cluster stops. */
export function forEachSession(
  model: Pick<ClusterModel, 'running' | 'onDidChange'>,
  begin: (session: ClusterSession) => Disposable,
): Disposable {
  const begun = new Map<ClusterSession, Disposable>();
  const look = (): void => {
    const running = new Set(model.running());
    for (const [session, disposable] of begun) {
      if (running.has(session)) continue;
      begun.delete(session);
      disposable.dispose();
    }
    for (const session of running) if (!begun.has(session)) begun.set(session, begin(session));
  };
  const subscription = model.onDidChange(look);
  look();
  return toDisposable(() => {
    subscription.dispose();
    for (const disposable of begun.values()) disposable.dispose();
    begun.clear();
  });
}
