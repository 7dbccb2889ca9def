import { QuickInputButtons, window, type QuickInput, type QuickPickItem } from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { BACK, type Place } from './stepThrough.ts';

export interface PickOptions<T extends QuickPickItem> {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** The items when more is known about them. Until then the list is shown as busy. */
  readonly later?: Promise<readonly T[]>;
  /** Shown in place of the placeholder until then. */
  readonly busy?: string;
  /** Which one is proposed; the first, where it is missing. */
  readonly active?: (item: T) => boolean;
}

/** One of a list, as one step of several. */
export function pickOne<T extends QuickPickItem>(
  place: Place,
  options: PickOptions<T>,
): Promise<T | typeof BACK | undefined> {
  const input = window.createQuickPick<T>();
  const show = (items: readonly T[]): void => {
    const chosen = input.activeItems[0]?.label;
    input.items = items;
    const active = items.find(({ label }) => label === chosen) ?? items.find(options.active ?? (() => false));
    if (active !== undefined) input.activeItems = [active];
  };
  input.placeholder =
    options.later === undefined ? options.placeholder : (options.busy ?? options.placeholder);
  input.matchOnDescription = true;
  show(options.items);
  let open = true;
  if (options.later !== undefined) {
    input.busy = true;
    void options.later.then((items) => {
      if (!open) return;
      input.placeholder = options.placeholder;
      show(items);
      input.busy = false;
    });
  }
  return asStep(input, place, (answer, store) => {
    store.add({ dispose: () => void (open = false) });
    store.add(
      input.onDidAccept(() => {
        const [item] = input.selectedItems;
        if (item !== undefined) answer(item);
      }),
    );
  });
}

export interface TypeOptions {
  readonly prompt: string;
  readonly value: string;
  /** What is wrong with it, undefined where nothing is. */
  readonly problem: (value: string) => string | undefined;
}

/** A text, as one step of several. */
export function typeText(place: Place, options: TypeOptions): Promise<string | typeof BACK | undefined> {
  const input = window.createInputBox();
  input.prompt = options.prompt;
  input.value = options.value;
  return asStep<string>(input, place, (answer, store) => {
    store.add(
      input.onDidChangeValue((value) => {
        input.validationMessage = options.problem(value);
      }),
    );
    store.add(
      input.onDidAccept(() => {
        const wrong = options.problem(input.value);
        input.validationMessage = wrong;
        if (wrong === undefined) answer(input.value.trim());
      }),
    );
  });
}

function asStep<T>(
  input: QuickInput & Pick<ReturnType<typeof window.createInputBox>, 'buttons' | 'onDidTriggerButton'>,
  place: Place,
  listen: (answer: (value: T | typeof BACK | undefined) => void, store: DisposableStore) => void,
): Promise<T | typeof BACK | undefined> {
  input.title = place.title;
  input.step = place.step;
  input.totalSteps = place.totalSteps;
  // Looking something up elsewhere does not throw the answers away.
  input.ignoreFocusOut = true;
  if (place.step > 1) input.buttons = [QuickInputButtons.Back];
  return new Promise((resolve) => {
    const store = new DisposableStore();
    const answer = (value: T | typeof BACK | undefined): void => {
      resolve(value);
      store.dispose();
      input.dispose();
    };
    store.add(input.onDidTriggerButton((button) => button === QuickInputButtons.Back && answer(BACK)));
    store.add(input.onDidHide(() => answer(undefined)));
    listen(answer, store);
    input.show();
  });
}
