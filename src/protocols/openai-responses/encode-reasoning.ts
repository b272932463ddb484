import type { JsonObject } from '../../ir/json.ts';
import type { ProviderState, ReasoningPart } from '../../ir/request.ts';
import type { EgressTarget } from '../protocol.ts';

/** What the maker of a reasoning item needs to take it back.
 *  @property encrypted_content  the provider's own blob.
 *  @property raw                the texts were raw thinking, not a summary. */
export function reasoningState(
  target: Omit<EgressTarget, 'dialect'>,
  value: { readonly encrypted_content?: string; readonly raw?: true },
): ProviderState {
  const { provider, model, credentialId } = target;
  return {
    protocol: 'openai-responses',
    provider,
    model,
    ...(credentialId === undefined ? {} : { credentialId }),
    value,
  };
}

/** A reasoning item for the deployment that made it; what another one made would be refused or misread.
 *  @param hasCall  the same turn calls a tool. */
export function encodeReasoning(
  part: ReasoningPart,
  target: EgressTarget,
  hasCall: boolean,
): { readonly item?: JsonObject; readonly loss?: string } {
  const { echo } = target.dialect.reasoning;
  if (echo.field !== 'items') return { loss: 'reasoning items are left out: the provider does not take them back.' };
  if (echo.when === 'tool-turns' && !hasCall) return {};
  const foreign = part.extensions?.['openai-responses'];
  if (foreign !== undefined && target.dialect.tools.native) {
    return { item: { type: 'reasoning', summary: summaryOf(part.texts), ...foreign } };
  }
  const { state } = part;
  if (state === undefined || !isOwn(state, target)) {
    return { loss: 'reasoning items are left out: another provider or model made them.' };
  }
  const { encrypted_content: encrypted, raw } = state.value;
  const blob = typeof encrypted === 'string' ? { encrypted_content: encrypted } : {};
  if (raw === true) {
    const content = part.texts.map((text) => ({ type: 'reasoning_text', text }));
    return { item: { type: 'reasoning', summary: [], content, ...blob } };
  }
  if (typeof encrypted !== 'string') return { loss: 'reasoning items are left out: their maker kept nothing of them.' };
  return { item: { type: 'reasoning', summary: summaryOf(part.texts), ...blob } };
}

function isOwn(state: ProviderState, target: EgressTarget): boolean {
  return (
    state.protocol === 'openai-responses' &&
    state.provider === target.provider &&
    state.model === target.model &&
    state.credentialId === target.credentialId
  );
}

function summaryOf(texts: readonly string[]): JsonObject[] {
  return texts.map((text) => ({ type: 'summary_text', text }));
}
