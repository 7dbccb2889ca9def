import { window, type OutputChannel } from 'vscode';
import { systemClock } from '../../../src/base/clock.ts';
import { createLogger } from '../../../src/base/logger.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Resource } from '../../../src/api/resource.ts';
import type { Client, NewObject } from '../../../src/client/contract.ts';
import { inProcessClient } from '../../../src/client/inProcess.ts';
import type { CommandContext } from '../../../src/editor/commands/command.ts';
import type { ClusterEntry } from '../../../src/editor/model/clusterEntry.ts';
import { ClusterSession } from '../../../src/editor/model/session.ts';
import { admin, startTestServer, type TestServer, type TestServerOptions } from '../apiServer.ts';
import { shown } from './fakeModule.ts';

/** How the user answers messages, inputs and lists, one after the other; undefined dismisses. */
export type Answer = string | undefined;

export interface CommandWorld {
  readonly context: CommandContext;
  readonly session: ClusterSession;
  readonly client: Client;
  readonly server: TestServer;
  /** Texts of what the user was asked and told, with the details and what was offered. */
  readonly asked: { readonly text: string; readonly offered: readonly string[] }[];
  /** Answers the next questions; what is not answered is dismissed. */
  answer(...answers: readonly Answer[]): void;
  create<T extends KubeObject>(resource: Resource<T>, draft: NewObject<T>): Promise<T>;
  /** The row that stands for an object in the tree. */
  row(resource: Resource, object: KubeObject): { cluster: string; resource: Resource; object: KubeObject };
  stop(): Promise<void>;
}

type Item = string | { readonly label: string };

/** What a command acts through, with one running cluster `dev`: a real API server in memory, and a fake editor. */
export async function commandWorld(
  options: TestServerOptions & { readonly context?: Partial<CommandContext> } = {},
): Promise<CommandWorld> {
  const server = await startTestServer(options);
  const client = inProcessClient(server.handler, admin);
  const logger = createLogger(() => undefined);
  const session = new ClusterSession({
    cluster: 'dev',
    context: { name: 'wheelhouse-dev', namespace: 'default', client: { server: 'https://dev' } },
    own: true,
    clock: systemClock,
    logger,
    client,
  });
  await session.served.read();
  const entry: ClusterEntry = {
    name: 'dev',
    state: { phase: 'running', session, owned: true },
    failures: new Map(),
  };
  const asked: { text: string; offered: readonly string[] }[] = [];
  let answers: Answer[] = [];
  const ask = (text: string, offered: readonly string[]): Answer => {
    asked.push({ text, offered });
    return answers.shift();
  };
  const names = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;
  const before = { ...window };
  const message = (text: string, ...rest: readonly (string | { detail?: string })[]): Promise<Answer> => {
    const details = rest.flatMap((part) => (typeof part === 'string' ? [] : (part.detail ?? [])));
    return Promise.resolve(
      ask(
        [text, ...details].join('\n'),
        rest.filter((part) => typeof part === 'string'),
      ),
    );
  };
  for (const name of names) Object.assign(window, { [name]: message });
  Object.assign(window, {
    showInputBox: (input: { title?: string; prompt?: string; value?: string; validateInput?: unknown }) =>
      Promise.resolve(ask([input.title, input.prompt].filter(Boolean).join(': '), [input.value ?? ''])),
    async showQuickPick(
      items: readonly Item[] | Promise<readonly Item[]>,
      pick: { title?: string; placeHolder?: string; canPickMany?: boolean },
    ) {
      const list = await items;
      const labels = list.map((item) => (typeof item === 'string' ? item : item.label));
      const answer = ask([pick.title, pick.placeHolder].filter(Boolean).join(': '), labels);
      const chosen = answer === undefined ? undefined : list[labels.indexOf(answer)];
      return pick.canPickMany === true && chosen !== undefined ? [chosen] : chosen;
    },
  });
  const model = {
    entries: () => [entry],
    entry: (name: string) => (name === 'dev' ? entry : undefined),
    running: () => [session],
    session: (name: string) => (name === 'dev' ? session : undefined),
    preferred: () => session,
    prefer: () => undefined,
    refresh: () => Promise.resolve(),
    onDidChange: () => ({ dispose: () => undefined }),
  };
  return {
    context: {
      model,
      clock: systemClock,
      logger,
      output: { appendLine: () => undefined, show: () => undefined } as unknown as OutputChannel,
      ...options.context,
    } as unknown as CommandContext,
    session,
    client,
    server,
    asked,
    answer(...next) {
      answers = [...next];
    },
    create: (resource, draft) => client.create(resource, draft),
    row: (resource, object) => ({ cluster: 'dev', resource, object }),
    async stop() {
      Object.assign(window, before);
      shown.clear();
      session.dispose();
      await server.stop();
    },
  };
}
