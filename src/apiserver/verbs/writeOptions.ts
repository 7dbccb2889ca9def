import {
  type FieldError,
  field,
  invalid,
  invalidObject,
  notSupported,
} from '../../api/fields/fieldErrors.ts';
import { textOption } from '../../api/queryOptions.ts';
import type { Cause } from '../../api/request.ts';
import type { Exchange } from '../exchange.ts';
import type { WriteContext } from '../registry/context.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

const MAX_MANAGER_LENGTH = 128;
const PRINTABLE = /^\P{C}*$/u;
/** The name of a program within an actor: one word. */
const PROGRAM = /^[\w.-]{1,63}$/;

/**
 * The parameters that all writes share: dryRun, fieldManager.
 * @param kind of the options, for messages: CreateOptions, UpdateOptions, PatchOptions, DeleteOptions
 * @throws StatusError Invalid (apimachinery `pkg/apis/meta/v1/validation`)
 */
export function writeContext(exchange: Exchange, kind: string): WriteContext {
  const { query } = exchange.request;
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const manager = textOption(query, 'fieldManager');
  const errors = [
    ...dryRun
      .filter((value) => value !== 'All')
      .map((value) => notSupported(field('dryRun'), value, ['All'])),
    ...managerErrors(manager),
  ];
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    user: exchange.user,
    cause: causeOf(exchange),
    dryRun: dryRun.length > 0,
    manager: manager === '' ? managerOf(exchange) : manager,
    options: () => optionsOf(query),
    // No getter: an object literal with one is slow, and there is one for every write.
    signal: () => exchange.signal,
    deadline: exchange.deadline,
    warn: (message) => exchange.warnings.push(message),
    annotate: (key, value, level) => exchange.audit?.annotate(key, value, level),
    // Bodies that are objects come from the control plane's own parts, which need no warnings.
    wantsWarnings: exchange.request.body.type !== 'object',
  };
}

/** What a client sets of CreateOptions and UpdateOptions. */
function optionsOf(query: URLSearchParams): object {
  const dryRun = query.getAll('dryRun');
  const [fieldManager, fieldValidation] = [query.get('fieldManager'), query.get('fieldValidation')];
  return {
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(fieldManager === null ? {} : { fieldManager }),
    ...(fieldValidation === null ? {} : { fieldValidation }),
  };
}

/** @throws StatusError Invalid */
export function fieldValidation(exchange: Exchange, kind: string): FieldValidation {
  const value = textOption(exchange.request.query, 'fieldValidation');
  if (value === '') return 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  throw invalidObject({ group: 'meta.k8s.io', kind }, '', [
    notSupported(field('fieldValidation'), value, ['', 'Ignore', 'Strict', 'Warn']),
  ]);
}

function managerErrors(manager: string): FieldError[] {
  if (manager === '') return [];
  const errors: FieldError[] = [];
  if (manager.length > MAX_MANAGER_LENGTH) {
    errors.push(invalid(field('fieldManager'), manager, `may not be more than ${MAX_MANAGER_LENGTH} bytes`));
  }
  if (!PRINTABLE.test(manager)) {
    errors.push(invalid(field('fieldManager'), manager, 'should only contain printable characters'));
  }
  return errors;
}

/**
 * The history tells who wrote. Callers in process say it themselves; over HTTP a request may add to its user's name
 * which program of the user it was, and nothing else: neither another name, nor the field manager, counts.
 */
function causeOf({ user, request }: Exchange): Cause {
  const { cause } = request;
  if (cause === undefined) return { actor: user.name };
  if (request.user !== undefined) return cause;
  const { actor } = cause;
  const isOwn = actor.startsWith(`${user.name} `) && PROGRAM.test(actor.slice(user.name.length + 1));
  return isOwn ? cause : { ...cause, actor: user.name };
}

/** The default manager of a write is the program's name in the User-Agent. */
function managerOf(exchange: Exchange): string {
  const agent = exchange.request.headers['user-agent']?.split('/')[0]?.slice(0, MAX_MANAGER_LENGTH);
  return agent === undefined || agent === '' ? exchange.user.name : agent;
}
