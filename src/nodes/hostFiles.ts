import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { HOST_FILES_PATH, type HostFiles } from '../protocol/agentLink.ts';
import type { HubDialer } from './dialer.ts';
import type { NodeHub } from './hub.ts';

export interface HostFilesGiver extends Disposable {
  /** They may have changed: all nodes that are linked are told. */
  changed(): void;
}

/** Tells each node as it connects how the desktop reaches the world. Nodes know which of it is new to them. */
export function giveHostFiles(options: {
  readonly hub: Pick<NodeHub, 'nodes' | 'onConnected'>;
  readonly dialer: Pick<HubDialer, 'requestAsOwner'>;
  /** Undefined where nobody has said yet: nodes keep what they have. */
  readonly read: () => Promise<HostFiles | undefined>;
  readonly logger: Logger;
}): HostFilesGiver {
  const { hub, dialer, read, logger } = options;
  const abort = new AbortController();
  const { signal } = abort;

  const tell = async (node: string): Promise<void> => {
    const files = await read();
    if (files === undefined || signal.aborted) return;
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(JSON.stringify(files)));
    };
    const answer = await dialer.requestAsOwner(node, {
      method: 'PUT',
      path: HOST_FILES_PATH,
      body: body(),
      signal,
    });
    let said = '';
    for await (const chunk of answer.body) said += Buffer.from(chunk).toString();
    if (answer.code !== 200) throw new Error(`the node answered ${answer.code}: ${said}`);
  };
  const give = (node: string): void => {
    tell(node).catch((error: unknown) => {
      if (!signal.aborted) logger.warn('proxies and certificates could not be handed over', { node, error });
    });
  };
  const connected = hub.onConnected(give);
  return {
    changed: () => hub.nodes().forEach(give),
    dispose(): void {
      connected.dispose();
      abort.abort();
    },
  };
}
