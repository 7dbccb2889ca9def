import { writeProfile } from '../profile.ts';
import type { Action } from './action.ts';

/** Makes what machines share (image, network) and learns the address that they will dial. */
export const prepareMachines: Action = {
  title: 'Preparing machines',
  async run(context) {
    const { provider, progress, signal, paths } = context;
    await provider.prepare(context.profile.name, progress, signal, context.profile.settings);
    const { address, loopback, network } = await provider.hostAddress(context.profile.name);
    const before = context.profile;
    context.profile = {
      ...before,
      nodeAddresses: [address],
      listenAddresses: loopback ? [] : [address],
      ...(network === undefined ? {} : { nodeNetwork: network }),
    };
    if (JSON.stringify(before) !== JSON.stringify(context.profile)) {
      await writeProfile(paths.profile, context.profile);
    }
  },
  async undo({ provider, profile }) {
    await provider.cleanUp(profile.name);
  },
};
