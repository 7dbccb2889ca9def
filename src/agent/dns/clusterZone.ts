import type { Answer, StringAnswer } from 'dns-packet';
import { keyOf } from '../../api/meta.ts';
import { endpointSlices, services } from '../../api/resources.ts';
import type { EndpointSlice, Service } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type { InformerFactory } from '../../client/informers.ts';
import { endpointsOf, type NamedEndpoint } from './endpoints.ts';
import { type Question, reply, type Reply } from './message.ts';
import { addressOfReverseName } from './reverseName.ts';

/** What a name of the cluster's zone stands for. */
type Found =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly srv: readonly Srv[] }
  | { readonly kind: 'alias'; readonly target: string }
  /** The name is there, with nothing of its own (`svc.cluster.local`). */
  | { readonly kind: 'empty' }
  | undefined;

interface Srv {
  readonly port: number;
  readonly target: string;
  readonly addresses: readonly string[];
}

/** As CoreDNS's kubernetes plugin. */
const TTL = 5;
const SPECIFICATION = '1.1.0';
const SLICES_BY_SERVICE = 'dns/service';
const SLICES_BY_ADDRESS = 'dns/address';
const SERVICES_BY_ADDRESS = 'dns/address';

/**
 * The cluster's zone and the reverse names of what is in it (specification: kubernetes/dns `docs/specification.md`;
 * details as CoreDNS). There are no records: every answer is read from the informers by key, in time that grows with
 * the answer only.
 */
export class ClusterZone {
  readonly domain: string;
  readonly #dnsAddress: string;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;

  constructor(informers: InformerFactory, domain: string, dnsAddress: string) {
    this.domain = domain.toLowerCase();
    this.#dnsAddress = dnsAddress;
    this.#services = informers.for(services);
    this.#services.addIndex(SERVICES_BY_ADDRESS, (service) =>
      clusterAddresses(service).filter((ip) => ip !== 'None'),
    );
    this.#slices = slicesOf(informers);
  }

  /** Undefined for names that are none of the cluster's business. */
  answer(question: Question): Reply | undefined {
    const name = question.name.toLowerCase().replace(/\.$/, '');
    const address = addressOfReverseName(name);
    if (address !== undefined) return this.#reverse(question, address);
    if (name === this.domain) return this.#apex(question);
    if (!name.endsWith(`.${this.domain}`)) return undefined;
    // Before the first list is in, nobody can say that a name is not there.
    if (!this.#services.synced || !this.#slices.synced) return reply('SERVFAIL');
    const labels = name.slice(0, -this.domain.length - 1).split('.');
    if (labels.join('.') === 'dns-version') return this.#version(question);
    const found = this.#find(labels);
    if (found === undefined) return this.#nothing('NXDOMAIN');
    return this.#records(question, found);
  }

  #find(labels: readonly string[]): Found {
    const [kind, namespace, ...rest] = labels.toReversed();
    if (kind === 'svc') {
      if (namespace === undefined) return { kind: 'empty' };
      const [service, ...below] = rest;
      if (service !== undefined) return this.#findService(namespace, service, below);
      return this.#services.list(namespace).length > 0 ? { kind: 'empty' } : undefined;
    }
    if (kind === 'pod') {
      const [pod, ...below] = rest;
      if (pod === undefined) return { kind: 'empty' };
      const address = below.length === 0 ? addressOfPodName(pod) : undefined;
      return address === undefined ? undefined : { kind: 'addresses', addresses: [address], srv: [] };
    }
    if (labels.join('.') === 'ns.dns') return { kind: 'addresses', addresses: [this.#dnsAddress], srv: [] };
    return labels.join('.') === 'dns' ? { kind: 'empty' } : undefined;
  }

  /** `below` are the labels under the service's name, the one next to it first. */
  #findService(namespace: string, name: string, below: readonly string[]): Found {
    const service = this.#services.get(namespace, name);
    if (service === undefined) return undefined;
    if (service.spec.type === 'ExternalName') {
      const target = service.spec.externalName;
      return below.length === 0 && target !== undefined ? { kind: 'alias', target } : undefined;
    }
    const base = `${name}.${namespace}.svc.${this.domain}`;
    const [first, second, ...more] = below;
    const addresses = clusterAddresses(service);
    const headless = addresses.includes('None') || addresses.length === 0;
    const endpoints = headless
      ? endpointsOf(this.#slices.byIndex(SLICES_BY_SERVICE, `${namespace}/${name}`))
      : [];
    const srv = headless ? srvOfEndpoints(endpoints, base) : srvOfService(service, base, addresses);
    if (first === undefined) {
      const all = headless ? [...new Set(endpoints.map(({ address }) => address))] : addresses;
      return { kind: 'addresses', addresses: all, srv: srv.map(({ record }) => record) };
    }
    if (more.length > 0) return undefined;
    if (second === undefined) {
      const matching = endpoints.filter((endpoint) => endpoint.name === first);
      if (matching.length > 0)
        return { kind: 'addresses', addresses: matching.map((e) => e.address), srv: [] };
      // `_tcp.svc…` has ports below it and nothing of its own.
      return srv.some(({ protocol }) => first === `_${protocol}`) ? { kind: 'empty' } : undefined;
    }
    const named = srv.filter(({ protocol, port }) => first === `_${protocol}` && second === `_${port}`);
    if (named.length === 0) return undefined;
    return { kind: 'addresses', addresses: [], srv: named.map(({ record }) => record) };
  }

  #records(question: Question, found: NonNullable<Found>): Reply {
    const { name } = question;
    if (found.kind === 'alias') {
      return reply('NOERROR', {
        authoritative: true,
        answers: [{ type: 'CNAME', name, ttl: TTL, data: found.target.replace(/\.$/, '') }],
      });
    }
    if (found.kind === 'empty') return this.#nothing('NOERROR');
    const answers: Answer[] = [];
    const additionals: Answer[] = [];
    if (question.type === 'A' || question.type === 'AAAA') {
      answers.push(...addressRecords(name, found.addresses).filter(({ type }) => type === question.type));
    } else if (question.type === 'SRV') {
      const weight = found.srv.length === 0 ? 0 : Math.max(1, Math.trunc(100 / found.srv.length));
      for (const { port, target, addresses } of found.srv) {
        answers.push({ type: 'SRV', name, ttl: TTL, data: { priority: 0, weight, port, target } });
        additionals.push(...addressRecords(target, addresses));
      }
    }
    if (answers.length === 0) return this.#nothing('NOERROR');
    return reply('NOERROR', { authoritative: true, answers, additionals });
  }

  #reverse(question: Question, address: string): Reply | undefined {
    const names = [
      ...this.#services
        .byIndex(SERVICES_BY_ADDRESS, address)
        .map(({ metadata }) => `${metadata.name}.${metadata.namespace}.svc.${this.domain}`),
      ...this.#slices.byIndex(SLICES_BY_ADDRESS, address).flatMap((slice) => {
        const service = slice.metadata.labels?.['kubernetes.io/service-name'] ?? '';
        const base = `${service}.${slice.metadata.namespace}.svc.${this.domain}`;
        return endpointsOf([slice])
          .filter((endpoint) => endpoint.address === address)
          .map((endpoint) => `${endpoint.name}.${base}`);
      }),
    ];
    if (names.length === 0) return undefined;
    if (question.type !== 'PTR') return this.#nothing('NOERROR');
    const answers = [...new Set(names)].map((data): StringAnswer => ({
      type: 'PTR',
      name: question.name,
      ttl: TTL,
      data,
    }));
    return reply('NOERROR', { authoritative: true, answers });
  }

  #apex(question: Question): Reply {
    if (question.type === 'SOA') return reply('NOERROR', { authoritative: true, answers: [this.#soa()] });
    if (question.type !== 'NS') return this.#nothing('NOERROR');
    const target = `ns.dns.${this.domain}`;
    return reply('NOERROR', {
      authoritative: true,
      answers: [{ type: 'NS', name: this.domain, ttl: TTL, data: target }],
      additionals: addressRecords(target, [this.#dnsAddress]),
    });
  }

  /** Which revision of the specification is kept to. */
  #version({ name, type }: Question): Reply {
    if (type !== 'TXT') return this.#nothing('NOERROR');
    return reply('NOERROR', {
      authoritative: true,
      answers: [{ type: 'TXT', name, ttl: TTL, data: SPECIFICATION }],
    });
  }

  #nothing(rcode: 'NOERROR' | 'NXDOMAIN'): Reply {
    return reply(rcode, { authoritative: true, authorities: [this.#soa()] });
  }

  #soa(): Answer {
    return {
      type: 'SOA',
      name: this.domain,
      ttl: TTL,
      data: {
        mname: `ns.dns.${this.domain}`,
        rname: `hostmaster.${this.domain}`,
        serial: 1,
        refresh: 7200,
        retry: 1800,
        expire: 86_400,
        minimum: TTL,
      },
    };
  }
}

function slicesOf(informers: InformerFactory): Informer<EndpointSlice> {
  const slices = informers.for(endpointSlices);
  slices.addIndex(SLICES_BY_SERVICE, ({ metadata }) => {
    const name = metadata.labels?.['kubernetes.io/service-name'];
    return name === undefined ? [] : [keyOf({ namespace: metadata.namespace, name })];
  });
  slices.addIndex(SLICES_BY_ADDRESS, (slice) => [
    ...new Set((slice.endpoints ?? []).flatMap(({ addresses }) => addresses)),
  ]);
  return slices;
}

function clusterAddresses({ spec }: Service): readonly string[] {
  return spec.clusterIPs ?? (spec.clusterIP === undefined || spec.clusterIP === '' ? [] : [spec.clusterIP]);
}

interface NamedSrv {
  readonly protocol: string;
  readonly port: string;
  readonly record: Srv;
}

function srvOfService(service: Service, target: string, addresses: readonly string[]): readonly NamedSrv[] {
  return (service.spec.ports ?? []).map(({ name = '', protocol = 'TCP', port }) => ({
    protocol: protocol.toLowerCase(),
    port: name.toLowerCase(),
    record: { port, target, addresses },
  }));
}

function srvOfEndpoints(endpoints: readonly NamedEndpoint[], base: string): readonly NamedSrv[] {
  return endpoints.flatMap(({ name, address, ports }) =>
    ports.map(({ name: port, protocol, number }) => ({
      protocol,
      port,
      record: { port: number, target: `${name}.${base}`, addresses: [address] },
    })),
  );
}

function addressRecords(name: string, addresses: readonly string[]): StringAnswer[] {
  return addresses.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', name, ttl: TTL, data }));
}

/** `10-244-1-7` is 10.244.1.7: the name is the answer, no pod is looked up (CoreDNS `pods insecure`). */
function addressOfPodName(label: string): string | undefined {
  if (!/^\d{1,3}(-\d{1,3}){3}$/.test(label)) return undefined;
  const parts = label.split('-').map(Number);
  return parts.every((part) => part <= 255) ? parts.join('.') : undefined;
}
