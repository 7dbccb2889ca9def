import type { AdmissionAttributes } from '../admission/contract.ts';
import type { Hook } from './hook.ts';

/** The annotations of one call for the audit log, with upstream's keys (`plugin/webhook/mutating/dispatcher.go`). */
export class HookNotes {
  readonly #attributes: AdmissionAttributes;
  readonly #hook: Hook;
  readonly #type: 'mutation' | 'validating';
  readonly #call: string;

  constructor(attributes: AdmissionAttributes, hook: Hook, index: number, type: 'mutation' | 'validating') {
    this.#attributes = attributes;
    this.#hook = hook;
    this.#type = type;
    this.#call = `webhook.admission.k8s.io/round_${attributes.isReinvocation ? 1 : 0}_index_${index}`;
  }

  asked(mutated: boolean): void {
    const { configuration, name: webhook } = this.#hook;
    this.#attributes.annotate(`mutation.${this.#call}`, JSON.stringify({ configuration, webhook, mutated }));
  }

  patched(patch: readonly unknown[]): void {
    const { configuration, name: webhook } = this.#hook;
    const note = { configuration, webhook, patch, patchType: 'JSONPatch' };
    this.#attributes.annotate(`patch.${this.#call}`, JSON.stringify(note), 'Request');
  }

  /** The call failed, and the failure policy still lets the request pass. */
  failedOpen(): void {
    this.#attributes.annotate(`failed-open.${this.#type}.${this.#call}`, this.#hook.name);
  }
}
