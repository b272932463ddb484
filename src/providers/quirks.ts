import type {
  CacheRules,
  Dialect,
  EffortDialect,
  ErrorRules,
  PseudoCallForm,
  ReasoningField,
  UsageRules,
} from '../ir/dialect.ts';
import type { Json, JsonObject } from '../ir/json.ts';

/** One way in which a provider departs from its protocol. A closed union: a new kind needs three users or a decision
 *  record. @property source  where this is documented or was measured. */
export type Quirk = QuirkKind & { readonly source: string };

type QuirkKind =
  | {
      readonly kind: 'role-map';
      readonly instructions: Dialect['roles']['instructions'];
      readonly placement?: Dialect['roles']['placement'];
      readonly laterAs?: Dialect['roles']['laterAs'];
      readonly userAfterTool?: boolean;
    }
  | { readonly kind: 'effort-dialect'; readonly effort: EffortDialect }
  | { readonly kind: 'reasoning-source'; readonly fields: readonly ReasoningField[]; readonly thinkTags?: boolean }
  | { readonly kind: 'reasoning-echo'; readonly echo: Dialect['reasoning']['echo'] }
  | { readonly kind: 'token-limit'; readonly field: Dialect['tokenLimitField']; readonly default?: number }
  | { readonly kind: 'tool-names'; readonly maxLength: number }
  | { readonly kind: 'tool-limits'; readonly maxTools?: number; readonly maxDescription?: number }
  | {
      readonly kind: 'schema-keywords';
      readonly drop: readonly string[];
      readonly form?: Dialect['tools']['schemaForm'];
    }
  | { readonly kind: 'strict-tools'; readonly accepted: boolean }
  | { readonly kind: 'parallel-field'; readonly accepted: boolean }
  | {
      readonly kind: 'hosted-tools';
      readonly types: readonly string[];
      readonly forms?: NonNullable<Dialect['tools']['hostedForms']>;
    }
  | { readonly kind: 'tool-call-id'; readonly pattern: string; readonly length: number }
  /** Members that every replayed tool call must bear. */
  | { readonly kind: 'tool-call-members'; readonly members: JsonObject }
  /** Calls that its models write into their text, and in which forms. */
  | { readonly kind: 'pseudo-calls'; readonly forms: readonly PseudoCallForm[] }
  | { readonly kind: 'tool-choices'; readonly accepted: Dialect['tools']['choices'] }
  | { readonly kind: 'output-format'; readonly accepts: Dialect['outputFormat'] }
  | { readonly kind: 'images'; readonly input: boolean; readonly inToolResults?: boolean }
  | { readonly kind: 'stream-usage'; readonly accepted: boolean }
  | ({ readonly kind: 'usage-names' } & UsageRules)
  | ({ readonly kind: 'error-shape' } & Pick<ErrorRules, 'message' | 'code' | 'codes'>)
  | { readonly kind: 'overflow-signs'; readonly words: readonly string[]; readonly emptyStatuses?: readonly number[] }
  | ({ readonly kind: 'cache-rules' } & CacheRules)
  | { readonly kind: 'cache-key'; readonly field: string | null; readonly header?: string }
  /** `lifetime`: left out, that of the provider, which is the shortest. */
  | { readonly kind: 'cache-breakpoints'; readonly accepted: boolean; readonly lifetime?: '1h' }
  | { readonly kind: 'verbosity'; readonly accepted: boolean }
  | { readonly kind: 'service-tier'; readonly accepted: boolean }
  | { readonly kind: 'set-default'; readonly field: string; readonly value: Json }
  | { readonly kind: 'drop-field'; readonly field: string }
  | { readonly kind: 'rename-field'; readonly from: string; readonly to: string };
