/** What the supervisor keeps running; written by `up`, read by the supervisor. */
export interface ServicePlan {
  /** Identifies the code that the services run. */
  readonly build: string;
  readonly services: readonly ServiceSpec[];
}

export const serviceNames = ["temporal", "hub", "host"] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceSpec {
  readonly name: ServiceName;
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the supervisor's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables taken out of the supervisor's own environment. */
  readonly without: readonly string[];
  /** How one knows that it is ready: its ready file names its pid, or its port accepts. */
  readonly ready: { readonly file: string } | { readonly port: number };
  /** Services that have to be ready before it starts. */
  readonly after: readonly ServiceName[];
}

/** Where the services are reached. */
export interface Endpoints {
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Base address of Temporal's web UI, when known. */
    readonly ui?: string;
    /** Whether it is Baton's own server. */
    readonly embedded: boolean;
  };
  readonly hub: { readonly address: string };
  readonly host: { readonly id: string };
}
