import assert from 'node:assert/strict';
import { baseEnvironment, CelError, compile, DYN } from '../index.ts';
import { AUTHORIZER, type Check, AuthorizerValue } from './authorization.ts';

const environment = baseEnvironment.withVariables({ authorizer: AUTHORIZER, object: DYN });
const asked: string[] = [];
const authorizer = new AuthorizerValue((verb: string, check: Check, account) => {
  asked.push([verb, JSON.stringify(check), account?.name ?? ''].join(' '));
  return { allowed: verb === 'get', reason: 'because', error: '' };
});

function run(source: string): unknown {
  const compiled = compile(source, environment);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.message);
  const { value } = compiled.program.evaluate({ authorizer, object: { five: 5, text: 'a' } }, 1_000_000);
  return value instanceof CelError ? value.message : value;
}

/** Each is true. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  lists: [
    '[1, 3].isSorted() && !["b", "a"].isSorted()',
    '[1, 3].sum() == 4 && [1.0, 3.5].sum() == 4.5 && [duration("1m"), duration("1s")].sum() == duration("61s")',
    '[1, 3].max() == 3 && ["b", "a"].min() == "a"',
    '[1, 2, 2, 3].indexOf(2) == 1 && ["a", "b", "b", "c"].lastIndexOf("b") == 2 && [1.0].indexOf(1.1) == -1',
    '[1, 2, 3, 4].slice(1, 3) == [2, 3] && [1, 2].reverse() == [2, 1] && lists.range(3) == [0, 1, 2]',
    '[[1], [2, 3]].flatten() == [1, 2, 3] && [3, 1, 2].sort() == [1, 2, 3] && [1, 2, 1].distinct() == [1, 2]',
    '[{"n": 2}, {"n": 1}].sortBy(x, x.n)[0].n == 1',
    'sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])',
  ],
  comprehensions: [
    '[1, 2].all(i, v, v == i + 1) && {"a": 1}.exists(k, v, k == "a" && v == 1)',
    '{"a": 1, "b": 2}.transformList(k, v, k + string(v)) == ["a1", "b2"]',
    '{"a": 1, "b": 2}.transformMap(k, v, v > 1, v * 2) == {"b": 4}',
    '["a", "b"].transformMapEntry(i, v, {v: i}) == {"a": 0, "b": 1}',
  ],
  regex: [
    '"abc 123".find("[0-9]+") == "123" && "abc".find("[0-9]+") == ""',
    '"1 22 333".findAll("[0-9]+") == ["1", "22", "333"] && "1 22 333".findAll("[0-9]+", 2) == ["1", "22"]',
    '"Ab".matches("^(?i)ab$")',
  ],
  urls: [
    'url("https://user:pass@example.com:80/path?query=val#fragment").getHost() == "example.com:80"',
    'url("https://[::1]:80/").getHostname() == "::1" && url("https://[::1]:80/").getPort() == "80"',
    'url("/path").getScheme() == "" && url("/path").getHost() == ""',
    'url("https://example.com/path with spaces/").getEscapedPath() == "/path%20with%20spaces/"',
    'url("https://example.com").getEscapedPath() == ""',
    'url("https://example.com/path?k1=a&k2=b&k2=c").getQuery() == {"k1": ["a"], "k2": ["b", "c"]}',
    'url("https://example.com/?key with spaces=value with spaces").getQuery() == {"key with spaces": ["value with spaces"]}',
    'isURL("https://example.com") && isURL("/a") && !isURL("../relative") && !isURL("a") && !isURL("")',
    '!isURL("https://a:b:c/") && !isURL("https://example.com/%zz")',
  ],
  addresses: [
    'ip("127.0.0.1").family() == 4 && ip("::1").family() == 6 && ip("::1") == ip("0::1")',
    'isIP("10.0.0.1") && !isIP("10.0.0.256") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0")',
    'ip.isCanonical("2001:db8::abcd") && !ip.isCanonical("2001:DB8::ABCD")',
    'ip("0.0.0.0").isUnspecified() && ip("::").isUnspecified() && ip("127.9.9.9").isLoopback() && ip("::1").isLoopback()',
    'ip("224.0.0.1").isLinkLocalMulticast() && !ip("224.0.1.1").isLinkLocalMulticast() && ip("ff02::1").isLinkLocalMulticast()',
    'ip("169.254.169.254").isLinkLocalUnicast() && ip("fe80::1").isLinkLocalUnicast() && !ip("fd80::1").isLinkLocalUnicast()',
    'ip("192.168.0.1").isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast() && !ip("ff00::1").isGlobalUnicast()',
    'cidr("192.168.0.0/24").containsIP("192.168.0.1") && !cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))',
    'cidr("192.168.0.0/16").containsCIDR("192.168.10.0/24") && !cidr("192.168.1.0/24").containsCIDR(cidr("192.168.2.0/24"))',
    'cidr("192.168.0.1/24").masked() == cidr("192.168.0.0/24") && cidr("192.168.0.1/24") != cidr("192.168.0.0/24")',
    'cidr("::1/128").prefixLength() == 128 && cidr("192.168.0.1/24").ip() == ip("192.168.0.1")',
    'string(ip("0::1")) == "::1" && string(cidr("10.0.0.1/8")) == "10.0.0.1/8" && isCIDR("::/0") && !isCIDR("10.0.0.1")',
  ],
  quantities: [
    'quantity("50k").add(20).isGreaterThan(quantity("50k")) && quantity("50k").sub(quantity("50k")) == quantity("0")',
    'quantity("200M").compareTo(quantity("0.2G")) == 0 && isQuantity("1.3Gi") && !isQuantity("1.3GiB")',
    'quantity("50").asInteger() == 50 && !quantity("9999999999999999999999999999999999999G").isInteger()',
    'sign(quantity("-1")) == -1 && quantity("50703m").asApproximateFloat() == 50.703',
  ],
  versions: [
    'semver("1.2.3").compareTo(semver("1.2.3")) == 0 && semver("1.0.0").isLessThan(semver("1.10.0"))',
    'semver("1.0.0-alpha.1").isLessThan(semver("1.0.0-alpha.beta")) && semver("1.0.0").isGreaterThan(semver("1.0.0-rc"))',
    'isSemver("0.1.0-alpha.1+build") && !isSemver("v1.0") && isSemver("v1.0", true) && semver("01.1", true) == semver("1.1.0")',
    'semver("1.2.3").major() == 1 && semver("1.2.3").minor() == 2 && semver("1.2.3").patch() == 3',
  ],
  formats: [
    '!format.dns1123Label().validate("my-name").hasValue()',
    'format.dns1123Label().validate("my_name").value()[0].startsWith("a lowercase RFC 1123 label")',
    'format.named("uuid").value().validate("x").value() == ["does not match the UUID format"]',
    '!format.named("none").hasValue() && !format.date().validate("2021-01-01").hasValue()',
  ],
  authorization: [
    'authorizer.group("").resource("pods").namespace("default").check("get").allowed()',
    '!authorizer.path("/healthz").check("post").allowed()',
    'authorizer.serviceAccount("default", "me").group("apps").resource("deployments").subresource("scale").name("x").check("get").reason() == "because"',
  ],
  optionals: [
    'object.?five.optMap(x, x + 1).orValue(0) == 6 && object.?none.optMap(x, x + 1).orValue(0) == 0',
    '{?"a": object.?none, ?"b": object.?five} == {"b": 5} && [?object.?none, 1] == [1]',
    'optional.of(1).or(optional.of(2)).value() == 1 && optional.ofNonZeroValue("").hasValue() == false',
  ],
};

describe('libraries', () => {
  for (const [name, sources] of Object.entries(TRUE)) {
    it(name, () => {
      for (const source of sources) assert.equal(run(source), true, source);
    });
  }

  it('say what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['quantity("1.3GEi")', "unable to parse quantity's suffix"],
      ['[].max() == 1', 'max called on empty list'],
      ['quantity("1.5").asInteger()', 'cannot convert value to integer'],
      ['semver("1.2")', 'No Major.Minor.Patch elements found'],
      [
        'ip("a")',
        'IP Address "a" parse error during conversion from string: ParseAddr("a"): unable to parse IP',
      ],
      ['ip("::ffff:1.2.3.4")', 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
      ['url("a")', 'URL parse error during conversion from string: parse "a": invalid URI for request'],
      ['optional.none().value()', 'optional.none() dereference'],
      ['object.text.startsWith(object.five)', 'no such overload'],
      ['object.five.startsWith("a")', 'no such overload'],
      ['authorizer.path("").check("get").allowed()', 'path must not be empty'],
    ];
    for (const [source, message] of cases) assert.equal(run(source), message, source);
  });

  it('asks an authorizer about what the expression says', () => {
    asked.length = 0;
    run('authorizer.group("apps").resource("deployments").namespace("a").name("b").check("get").allowed()');
    assert.deepEqual(asked, [
      'get {"kind":"resource","group":"apps","resource":"deployments","subresource":"","namespace":"a","name":"b"} ',
    ]);
  });
});
