import { serviceUnavailable } from '../api/status.ts';
import { localVolumeCall } from '../protocol/agentLink.ts';
import type { HubDialer } from './dialer.ts';

/** The volumes that the node-local provisioner has on nodes. */
export interface LocalVolumes {
  /**
   * Takes the directory of a PersistentVolume away, with all that is in it; fulfils where there is none (any more).
   * @throws StatusError (503) where the node is not connected, or could not do it now: it may be asked again
   */
  remove(node: string, volume: string, signal: AbortSignal): Promise<void>;
}

export function createLocalVolumes(dialer: Pick<HubDialer, 'requestAsOwner'>): LocalVolumes {
  return {
    async remove(node, volume, signal) {
      const path = localVolumeCall(volume);
      const answer = await dialer.requestAsOwner(node, { method: 'DELETE', path, signal });
      let said = '';
      for await (const chunk of answer.body) said += Buffer.from(chunk).toString();
      if (answer.code === 200) return;
      throw serviceUnavailable(`node "${node}" could not delete volume "${volume}": ${said}`);
    },
  };
}
