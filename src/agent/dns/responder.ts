import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';
import type { Logger } from '../../base/logger.ts';
import type { ClusterZone } from './clusterZone.ts';
import type { Forwarder } from './forwarder.ts';
import { type Answer, type Question, RCODES, reply, type Reply } from './message.ts';
import { pack } from './pack.ts';

/** A message that came in, decoded. */
interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** 0 is a query. */
  readonly opcode: number;
  readonly questions: readonly Question[];
  /** The largest answer over UDP that the client accepts; undefined without EDNS. */
  readonly payloadSize: number | undefined;
}

export interface Responder {
  /** The answer as it goes out; undefined for what is no query and gets no answer. */
  respond(message: Buffer, over: 'udp' | 'tcp', signal: AbortSignal): Promise<Buffer | undefined>;
}

const PLAIN_UDP_SIZE = 512;
const OWN_UDP_SIZE = 4096;
const MAX_ALIASES = 8;

const EDNS: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: OWN_UDP_SIZE,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

export function createResponder(options: {
  readonly zone: ClusterZone;
  readonly forwarder: Forwarder;
  readonly logger: Logger;
}): Responder {
  const { zone, forwarder, logger } = options;

  /** A service that is another name: the answer carries the addresses of the target as well, as resolvers want it. */
  async function followAlias(question: Question, found: Reply, signal: AbortSignal): Promise<Reply> {
    const answers: Answer[] = [...found.answers];
    for (let i = 0; i < MAX_ALIASES; i++) {
      const last = answers.at(-1);
      if (last?.type !== 'CNAME' || question.type === 'CNAME') break;
      const next: Question = { ...question, name: last.data };
      const own = zone.answer(next);
      if (own !== undefined) {
        answers.push(...own.answers);
        if (own.answers.length === 0) break;
        continue;
      }
      answers.push(...(await ask(next, signal)));
      break;
    }
    return { ...found, answers };
  }

  /** Answers from outside; none where nobody answers, as the alias itself is right. */
  async function ask(question: Question, signal: AbortSignal): Promise<readonly Answer[]> {
    const query = encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [question] });
    try {
      return decode(await forwarder.forward(query, 'udp', signal)).answers ?? [];
    } catch (error) {
      logger.debug('the target of an alias could not be resolved', { name: question.name, error });
      return [];
    }
  }

  return {
    async respond(message, over, signal) {
      const query = parse(message);
      if (query === undefined) return undefined;
      if (query === 'malformed') return message.length < 12 ? undefined : errorReply(message, 'FORMERR');
      const limit = over === 'tcp' ? 65_535 : Math.max(query.payloadSize ?? 0, PLAIN_UDP_SIZE);
      const [question, ...others] = query.questions;
      if (query.opcode !== 0) return answer(query, reply('NOTIMP'), limit);
      if (question === undefined || others.length > 0) return answer(query, reply('FORMERR'), limit);
      const found = zone.answer(question);
      if (found !== undefined) return answer(query, await followAlias(question, found, signal), limit);
      try {
        return await forwarder.forward(message, over, signal);
      } catch (error) {
        if (!signal.aborted) logger.debug('no upstream server answered', { name: question.name, error });
        return answer(query, reply('SERVFAIL'), limit);
      }
    },
  };
}

function parse(message: Buffer): Query | 'malformed' | undefined {
  if (message.length >= 3 && (message.readUInt8(2) & 0x80) !== 0) return undefined;
  try {
    const packet = decode(message);
    const edns = packet.additionals?.find((record) => record.type === 'OPT');
    return {
      id: packet.id ?? 0,
      recursionDesired: ((packet.flags ?? 0) & RECURSION_DESIRED) !== 0,
      opcode: ((packet.flags ?? 0) >> 11) & 0xf,
      questions: packet.questions ?? [],
      payloadSize: edns?.udpPayloadSize,
    };
  } catch {
    return 'malformed';
  }
}

function answer(query: Query, found: Reply, limit: number): Buffer {
  const flags =
    RCODES[found.rcode] |
    RECURSION_AVAILABLE |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (found.authoritative ? AUTHORITATIVE_ANSWER : 0);
  const { answers, authorities, additionals } = found;
  const edns = query.payloadSize === undefined ? [] : [EDNS];
  return pack(
    { id: query.id, flags, questions: query.questions, answers, authorities, additionals, edns },
    limit,
  );
}

/** For a message whose header is all that can be read. */
function errorReply(message: Buffer, rcode: 'FORMERR'): Buffer {
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8000 | RCODES[rcode], 2);
  return header;
}
