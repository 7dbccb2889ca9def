import { EventEmitter, window, type InputBox, type InputBoxOptions, type QuickPickItem } from 'vscode';

/** What a user does with one question: types a text, chooses the first item whose label fits, goes back, or leaves. */
export type Reply = { readonly type: string } | { readonly pick: RegExp } | 'back' | 'dismiss';

/** A question as it was shown. */
export interface Question {
  /** With its place: `Create Cluster 2/4`. */
  readonly title: string;
  readonly prompt: string;
  /** What was proposed: the text, or the item that Enter would take. */
  readonly proposed: string;
  /** Labels with their details. */
  readonly items: readonly string[];
  readonly password: boolean;
}

type Replied = (value: unknown) => void;

/**
 * Stands in for the user in front of quick inputs, with one reply after the other. What is typed and refused is left
 * standing with its message in `refused`, and the next reply is taken.
 */
export function answerInputs(...replies: readonly Reply[]): {
  readonly questions: Question[];
  readonly refused: string[];
  restore(): void;
} {
  const rest = [...replies];
  const questions: Question[] = [];
  const refused: string[] = [];
  const next = (question: Question): Reply => {
    questions.push(question);
    return rest.shift() ?? 'dismiss';
  };
  const names = ['createQuickPick', 'createInputBox', 'showInputBox', 'showQuickPick'] as const;
  const before = names.map((name) => window[name] as unknown);
  Object.assign(window, {
    createQuickPick: () => fakeInput((input) => answerPick(input, next)),
    createInputBox: () => fakeInput((input) => answerText(input, next, refused)),
    showInputBox: (options: InputBoxOptions) => {
      const question = {
        title: options.title ?? '',
        prompt: options.prompt ?? '',
        proposed: options.value ?? '',
        items: [],
        password: options.password ?? false,
      };
      const reply = next(question);
      return Promise.resolve(typeof reply === 'object' && 'type' in reply ? reply.type : undefined);
    },
    showQuickPick: async (
      offered: Promise<readonly (string | QuickPickItem)[]>,
      options: { title?: string; placeHolder?: string },
    ) => {
      const items = (await offered).map((item) =>
        typeof item === 'string' ? { label: item, item } : { ...item, item },
      );
      const reply = next({
        title: options.title ?? '',
        prompt: options.placeHolder ?? '',
        proposed: items[0]?.label ?? '',
        items: items.map(textOf),
        password: false,
      });
      return typeof reply === 'object' && 'pick' in reply
        ? items.find(({ label }) => reply.pick.test(label))?.item
        : undefined;
    },
  });
  return {
    questions,
    refused,
    restore: () => names.forEach((name, i) => Object.assign(window, { [name]: before[i] })),
  };
}

function textOf({ label, description, detail }: QuickPickItem): string {
  return [label, description, detail].filter((part) => part !== undefined).join(' | ');
}

/** What both kinds of input have; `answer` is called when it is shown, and not busy any more. */
interface FakeInput extends Omit<InputBox, 'show'> {
  items: readonly QuickPickItem[];
  activeItems: readonly QuickPickItem[];
  selectedItems: readonly QuickPickItem[];
  placeholder: string;
  accept: Replied;
  back: Replied;
}

function fakeInput(answer: (input: FakeInput) => void): unknown {
  const accepted = new EventEmitter<unknown>();
  const buttons = new EventEmitter<unknown>();
  const hidden = new EventEmitter<unknown>();
  const changed = new EventEmitter<string>();
  let shown = false;
  let busy = false;
  const input = {
    title: '',
    items: [],
    activeItems: [],
    selectedItems: [],
    buttons: [] as readonly unknown[],
    value: '',
    onDidAccept: accepted.event,
    onDidTriggerButton: buttons.event,
    onDidHide: hidden.event,
    onDidChangeValue: changed.event,
    accept: () => accepted.fire(undefined),
    back: () => buttons.fire(input.buttons[0]),
    hide: () => hidden.fire(undefined),
    dispose: () => undefined,
    get busy() {
      return busy;
    },
    set busy(value: boolean) {
      busy = value;
      // The list is as it will be a moment after the input says that it is no longer busy.
      if (!value && shown) setImmediate(() => answer(input as unknown as FakeInput));
    },
    show() {
      shown = true;
      if (!busy) setImmediate(() => answer(input as unknown as FakeInput));
    },
  };
  return input;
}

function questionOf(input: FakeInput, prompt: string, proposed: string): Question {
  return {
    title: `${input.title ?? ''} ${input.step ?? 0}/${input.totalSteps ?? 0}`,
    prompt,
    proposed,
    items: input.items.map(textOf),
    password: false,
  };
}

function answerPick(input: FakeInput, next: (question: Question) => Reply): void {
  const active = input.activeItems[0] ?? input.items[0];
  const reply = next(questionOf(input, input.placeholder, active?.label ?? ''));
  if (reply === 'back') input.back(undefined);
  else if (reply === 'dismiss' || !('pick' in reply)) input.hide();
  else {
    input.selectedItems = input.items.filter(({ label }) => reply.pick.test(label)).slice(0, 1);
    input.accept(undefined);
  }
}

function answerText(input: FakeInput, next: (question: Question) => Reply, refused: string[]): void {
  const reply = next({ ...questionOf({ ...input, items: [] }, input.prompt ?? '', input.value) });
  if (reply === 'back') input.back(undefined);
  else if (reply === 'dismiss' || !('type' in reply)) input.hide();
  else {
    input.value = reply.type;
    input.accept(undefined);
    const message = input.validationMessage;
    if (message === undefined) return;
    refused.push(typeof message === 'string' ? message : message.message);
    answerText(input, next, refused);
  }
}
