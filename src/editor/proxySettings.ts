import { window, workspace } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { ClusterModel } from './model/clusterModel.ts';

/** The editor's own settings, which its user has for whatever the editor runs. */
export function proxySettings(): {
  readonly proxy: string | undefined;
  readonly noProxy: readonly string[] | undefined;
} {
  const http = workspace.getConfiguration('http');
  return { proxy: http.get<string>('proxy'), noProxy: http.get<readonly string[]>('noProxy') };
}

/** Hands what the user changes in them to the nodes of all clusters that run. */
export function followProxySettings(model: ClusterModel, logger: Logger): Disposable {
  const tell = async (cluster: string): Promise<void> => {
    const warn = { report: ({ message }: { message: string }) => void window.showWarningMessage(message) };
    await model.clusters.tellEnvironment(cluster, warn);
  };
  // One after the other: what was set last is what counts.
  let last: Promise<unknown> = Promise.resolve();
  return workspace.onDidChangeConfiguration((event) => {
    if (!['http.proxy', 'http.noProxy'].some((setting) => event.affectsConfiguration(setting))) return;
    for (const { cluster } of model.running()) {
      last = last
        .then(() => tell(cluster))
        .catch((error: unknown) => logger.warn('nodes were not told of the proxy', { error }));
    }
  });
}
