import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:tls";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** A TLS end in front of a plain-text server on loopback, with certificates of its own authority for `localhost`. */
export async function tlsFront(target: string, options: { requireClientCertificate?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "baton-tls-"));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
  const request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  openssl(...request, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/CN=Authority of ${basename(folder)}`);
  for (const name of ["server", "client"]) {
    const extension = name === "server" ? ["-addext", "subjectAltName=DNS:localhost"] : [];
    const signed = ["-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=CA:FALSE"];
    openssl(...request, ...signed, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, ...extension);
  }
  const server = createServer(
    {
      cert: readFileSync(file("server.pem")),
      key: readFileSync(file("server.key")),
      ca: readFileSync(file("ca.pem")),
      requestCert: options.requireClientCertificate ?? false,
      rejectUnauthorized: options.requireClientCertificate ?? false,
      ALPNProtocols: ["h2"],
    },
    (socket) => {
      const plain = connect(Number(target.split(":").at(-1)), "127.0.0.1");
      for (const each of [socket, plain]) each.on("error", () => undefined);
      socket.pipe(plain).pipe(socket);
      socket.on("close", () => plain.destroy());
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    address: `localhost:${port}`,
    file,
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
