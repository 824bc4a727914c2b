import { expect, test } from "vitest";
import { explainConnectError } from "./explain-connect-error.ts";

const attempt = { code: 14, tls: false, namespace: "default" };
const lastError = (reason: string) => `14 UNAVAILABLE: No connection established. Last error: ${reason}`;

test.each([
  ["Error: connect ECONNREFUSED 127.0.0.1:1", "connection refused"],
  ["getaddrinfo ENOTFOUND nowhere", "DNS"],
  ["ssl3_read_bytes:tlsv13 alert certificate required", "requires a client certificate"],
  ["ssl3_read_bytes:tlsv1 alert unknown ca", "refuses the client certificate"],
  ["unable to verify the first certificate", "not trusted here"],
  ["Hostname/IP does not match certificate's altnames", "another host name"],
])("%s is told as: %s", (reason, cause) => {
  expect(explainConnectError({ ...attempt, message: lastError(reason) }).cause).toContain(cause);
});

test("a wrong version number is a plain-text server only when TLS was tried", () => {
  const message = lastError("ssl3_get_record:wrong version number");
  expect(explainConnectError({ ...attempt, tls: true, message }).cause).toContain("plain text");
  expect(explainConnectError({ ...attempt, message }).cause).not.toContain("plain text");
});

test("what is not known is given in its own words, on one line", () => {
  expect(explainConnectError({ ...attempt, code: undefined, message: "strange\nstack" }).cause).toBe("strange");
});

test("a missing namespace names the command that makes it", () => {
  const { next } = explainConnectError({
    ...attempt,
    code: 5,
    namespace: "team",
    message: "5 NOT_FOUND: Namespace team is not found.",
  });
  expect(next).toContain("temporal operator namespace create --namespace team");
});
