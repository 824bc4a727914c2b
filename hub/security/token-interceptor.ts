import { Metadata, ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import { BatonFailure } from "../../domain/failure.ts";
import { statusOf } from "../failure-status.ts";
import { createTokenCheck } from "./tokens.ts";

const header = "authorization";

/** Refuses calls without one of the tokens before anything of their content is read. */
export function tokenInterceptor(
  tokens: readonly string[],
  onRefused: (method: string, failure: BatonFailure) => void,
): ServerInterceptor {
  const isKnown = createTokenCheck(tokens);
  return (method, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            const failure = refusal(metadata, isKnown);
            if (failure === undefined) return pass(metadata);
            onRefused(method.path, failure);
            call.sendStatus(statusOf(failure));
          },
        });
      },
    });
}

export function tokenMetadata(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set(header, `Bearer ${token}`);
  return metadata;
}

function refusal(metadata: Metadata, isKnown: (token: string) => boolean): BatonFailure | undefined {
  const [value] = metadata.get(header);
  const token = typeof value === "string" ? /^Bearer (.+)$/i.exec(value)?.[1] : undefined;
  if (token === undefined) return unauthenticated("The hub wants a token, and none was sent");
  return isKnown(token) ? undefined : unauthenticated("The hub does not know this token");
}

function unauthenticated(message: string): BatonFailure {
  return new BatonFailure("Settings", message, {
    where: "hub",
    next: "set BATON_HUB_TOKEN, or BATON_HUB_TOKEN_FILE, to a token from the hub's token file",
  });
}
