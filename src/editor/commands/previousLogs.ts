import { window } from 'vscode';
import { pathOf } from '../../api/resource.ts';
import { pods } from '../../api/resources.ts';
import { LogRenderer } from '../logs/renderLog.ts';
import { parseLogLine } from '../logs/logLine.ts';
import { textTerminal } from '../terminals/textTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickContainer } from './pickPod.ts';

/** The log of the container that ran before the last restart: why it crashed stands there. */
export const previousLogs: EditorCommand = {
  id: 'wheelhouse.previousLogs',
  async run({ model }, ...args) {
    const picked = await pickContainer(model, args, 'Previous Logs');
    if (picked === undefined) return;
    const { session, pod, container } = picked;
    const { name, namespace } = pod.metadata;
    const query = new URLSearchParams({ container, previous: 'true', timestamps: 'true' });
    const path = `${pathOf(pods, { namespace, name, subresource: 'log' })}?${query.toString()}`;
    const read = async (signal: AbortSignal): Promise<string> => {
      const response = await session.client.raw('GET', path, { signal });
      const text = await response.text();
      if (response.code !== 200) throw new Error(messageIn(text));
      const renderer = new LogRenderer({ prefix: 'none', timestamps: true });
      const lines = text.split('\n').filter((line) => line !== '');
      return [
        ...lines.map((line) => renderer.line({ pod: name, container }, parseLogLine(line))),
        renderer.note('the container has ended here'),
      ].join('');
    };
    window
      .createTerminal({ name: `previous ${name}/${container}`, pty: textTerminal(read), isTransient: true })
      .show();
  },
};

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    return text;
  }
}
