import { window } from 'vscode';
import { logTerminal } from '../terminals/logTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickLogs } from './pickLogs.ts';

/** Follows the log of a container, of a pod, or of all pods of a workload together. */
export const followLogs: EditorCommand = {
  id: 'wheelhouse.followLogs',
  async run({ model, clock, logger }, ...args) {
    const picked = await pickLogs(model, args, 'Follow Logs');
    if (picked === undefined) return;
    const { session, of, ...logs } = picked;
    const pty = logTerminal({ ...logs, model, cluster: session.cluster, clock, logger });
    window.createTerminal({ name: `logs ${of}`, pty, isTransient: true }).show();
  },
};
