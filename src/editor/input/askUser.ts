import { window } from 'vscode';
import type { Progress } from '../../cluster/machines/contract.ts';

/** Puts a question of the tool that makes a machine to the user; undefined where it is dismissed. */
export async function askUser(
  tool: string,
  { machine, text, secret }: Parameters<NonNullable<Progress['ask']>>[0],
): Promise<string | undefined> {
  return window.showInputBox({
    title: machine === '' ? `${tool} asks` : `${tool} asks for ${machine}`,
    prompt: text,
    password: secret,
    // The answer may have to be looked up elsewhere.
    ignoreFocusOut: true,
  });
}
