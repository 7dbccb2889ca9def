import assert from 'node:assert/strict';
import {
  configMapKeyErrors,
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  dns1123SubdomainUnderscoreErrors,
  envVarNameErrors,
  labelValueErrors,
  percentErrors,
  portNameErrors,
  qualifiedNameErrors,
  type StringRule,
} from './names.ts';
import { cidrErrors, ipErrors, specialIPErrors } from '../fields/ips.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const wrong: readonly (readonly [StringRule, string, readonly string[]])[] = [
  [dns1123SubdomainErrors, 'Upper', [SUBDOMAIN]],
  [dns1123SubdomainErrors, 'a..b', [SUBDOMAIN]],
  [dns1123SubdomainErrors, 'a'.repeat(254), ['must be no more than 253 bytes']],
  [dns1123LabelErrors, 'a.b', ['must not contain dots']],
  [dns1123LabelErrors, '-a', [LABEL]],
  [dns1123LabelErrors, 'a'.repeat(64), ['must be no more than 63 bytes']],
  [
    dns1035LabelErrors,
    '1a',
    [
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [qualifiedNameErrors, 'a b', [NAME_PART]],
  [qualifiedNameErrors, '', ['name part must be non-empty', NAME_PART]],
  [qualifiedNameErrors, '/a', ['prefix part must be non-empty']],
  [qualifiedNameErrors, 'A/a', [`prefix part ${SUBDOMAIN}`]],
  [
    qualifiedNameErrors,
    'a/b/c',
    [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ],
  ],
  [
    labelValueErrors,
    '-a',
    [
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [envVarNameErrors, '', ['environment variable name must be non-empty']],
  [
    envVarNameErrors,
    'a=b',
    ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
  ],
  [configMapKeyErrors, '..a', ["must not start with '..'"]],
  [configMapKeyErrors, '.', ["must not be '.'"]],
  [
    configMapKeyErrors,
    'a/b',
    [
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [portNameErrors, '80', ['must contain at least one letter (a-z)']],
  [portNameErrors, 'a--b-', ['must not contain consecutive hyphens', 'must not begin or end with a hyphen']],
  [
    portNameErrors,
    'sixteen-letters-',
    ['must be no more than 15 bytes', 'must not begin or end with a hyphen'],
  ],
  [
    percentErrors,
    '10',
    [
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
  ],
  [ipErrors, '10.0.0.256', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  [ipErrors, '010.0.0.1', ['must not have leading 0s']],
  [ipErrors, '::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']],
  [ipErrors, '1::2::3', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  [cidrErrors, '10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  [cidrErrors, '010.0.0.0/8', ['must not have leading 0s in IP or prefix length']],
  [cidrErrors, '10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  [cidrErrors, '10.9.8.1/24', ['must not have bits set beyond the prefix length']],
  [cidrErrors, '::ffff:10.0.0.0/104', ['must not have an IPv4-mapped IPv6 address']],
  [cidrErrors, '10.0.0.0', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  [specialIPErrors, '0.0.0.0', ['may not be unspecified (0.0.0.0)']],
  [specialIPErrors, '::', ['may not be unspecified (::)']],
  [specialIPErrors, '127.3.2.1', ['may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  [specialIPErrors, '::1', ['may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  [specialIPErrors, '169.254.0.1', ['may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
  [specialIPErrors, 'fe80::1', ['may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
  [specialIPErrors, '224.0.0.9', ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)']],
];

const right: readonly (readonly [StringRule, readonly string[]])[] = [
  [dns1123SubdomainErrors, ['a', '1', 'a.b-c.d1', 'a'.repeat(253)]],
  [dns1123SubdomainUnderscoreErrors, ['a.b', '_tcp.corp.example', 'a_b._c']],
  [dns1123LabelErrors, ['a', '0-0', 'a'.repeat(63)]],
  [dns1035LabelErrors, ['a', 'a-0']],
  [qualifiedNameErrors, ['a', 'A_b.c', 'example.com/Name', 'kubernetes.io/x_Y']],
  [labelValueErrors, ['', 'a', 'A_b.c-1', '1'.repeat(63)]],
  [envVarNameErrors, ['A', '1a', 'a b', 'a-b.c', '-']],
  [configMapKeyErrors, ['a', '.a', 'A_b', '-']],
  [portNameErrors, ['http', 'a-1', 'fifteen-letters']],
  [ipErrors, ['0.0.0.0', '255.255.255.255', '::', '::1', '2001:db8::ffff', '::1.2.3.4', '1:2:3:4:5:6:7:8']],
  [cidrErrors, ['0.0.0.0/0', '10.9.8.0/24', '10.9.8.1/32', 'fd00::/64', 'FD00:0::/64', '::/128']],
  [specialIPErrors, ['10.0.0.1', 'fd00::1', '224.0.1.1', '::2']],
];

describe('rules of names and addresses', () => {
  for (const [rule, value, texts] of wrong) {
    it(`${rule.name} says what is wrong with ${JSON.stringify(value.slice(0, 30))}`, () => {
      assert.deepEqual(rule(value), texts);
    });
  }
  for (const [rule, values] of right) {
    it(`${rule.name} lets pass what is right`, () => {
      for (const value of values) assert.deepEqual(rule(value), [], value);
    });
  }
});
