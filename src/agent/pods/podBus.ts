import { type Disposable, toDisposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/events.ts';

/** What has happened to a pod. */
export type PodNews =
  /** Its sandbox or one of its containers has changed; the view shows it already. */
  | 'runtime'
  /** A probe has another result. */
  | 'probe'
  /** An object that it refers to has come or changed. */
  | 'reference';

/**
 * The pods' news: those who see something tell it here and do not know whose business it is; those who act on it listen
 * here and do not know who saw it.
 */
export interface PodBus {
  tell(uid: string, news: PodNews): void;
  onNews(listener: (uid: string, news: PodNews) => void): Disposable;
  /** News of one pod. */
  onNewsOf(uid: string, listener: (news: PodNews) => void): Disposable;
}

export function createPodBus(): PodBus {
  const all = new Emitter<readonly [uid: string, news: PodNews]>();
  const byPod = new Map<string, Emitter<PodNews>>();
  return {
    tell(uid, news) {
      all.fire([uid, news]);
      byPod.get(uid)?.fire(news);
    },
    onNews: (listener) => all.event(([uid, news]) => listener(uid, news)),
    onNewsOf(uid, listener) {
      const own = byPod.get(uid) ?? new Emitter<PodNews>();
      byPod.set(uid, own);
      const subscription = own.event(listener);
      return toDisposable(() => {
        subscription.dispose();
        if (!own.hasListeners && byPod.get(uid) === own) byPod.delete(uid);
      });
    },
  };
}
