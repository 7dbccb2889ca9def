import { answersTcp } from '../../host/tcp.ts';
import { hostFiles, networkAround, writeHostFiles } from '../machines/hostEnvironment.ts';
import type { Action } from './action.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Notes how this desktop reaches the world now, for the cluster's nodes: new machines begin with it, and the control
 * plane hands it to the others. It changes with the network that the desktop is in.
 */
export const describeEnvironment: Action = {
  title: 'Reading the proxies and certificates of this desktop',
  async run(context) {
    const { profile, paths, progress } = context;
    const { nodeAddresses, listenAddresses = nodeAddresses } = profile;
    const [address] = nodeAddresses;
    // There are no machines yet that could be told.
    if (address === undefined) return;
    const files = await hostFiles(await context.environment(), {
      networks: [
        profile.clusterCIDR,
        profile.serviceCIDR,
        profile.nodeNetwork ?? profile.settings?.network ?? networkAround(address),
      ],
      hostAddress: address,
      // Nodes may reach this desktop's loopback by an address that this desktop itself does not have.
      answers: (host, port) => answersTcp(listenAddresses.includes(host) ? host : LOOPBACK, port),
      warn: (message) => progress.report({ machine: '', message }),
    });
    await writeHostFiles(paths, files);
  },
};
