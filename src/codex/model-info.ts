/** One entry of Codex's model catalogue, as `codex debug models` prints it. Codex takes a list only whole: one entry
 *  with a missing member, or one slug twice, and it throws all of it away. Measured with Codex 0.169.0.
 *  @property context_window             tokens of input and output together.
 *  @property auto_compact_token_limit   Codex shortens its history once the last call used that many tokens.
 *  @property truncation_policy          how much of a command's output goes into the history.
 *  @property base_instructions          the first developer message of every thread; Codex sends none when it is empty. */
export type ModelInfo = {
  readonly slug: string;
  readonly display_name: string;
  readonly description: string;
  readonly default_reasoning_level: string | null;
  readonly supported_reasoning_levels: readonly ReasoningLevel[];
  readonly shell_type: 'unified_exec';
  readonly visibility: 'list' | 'hide';
  readonly supported_in_api: boolean;
  readonly priority: number;
  readonly base_instructions: string;
  readonly default_reasoning_summary: 'auto' | 'none';
  readonly support_verbosity: boolean;
  readonly default_verbosity: 'low' | 'medium' | 'high' | null;
  readonly apply_patch_tool_type: 'freeform';
  readonly web_search_tool_type: 'text' | 'text_and_image';
  readonly truncation_policy: { readonly mode: 'tokens'; readonly limit: number };
  readonly context_window: number;
  readonly max_context_window: number;
  readonly auto_compact_token_limit: number;
  readonly effective_context_window_percent: number;
  readonly experimental_supported_tools: readonly string[];
  readonly input_modalities: readonly ('text' | 'image')[];
  readonly supports_search_tool: boolean;
  readonly supports_image_detail_original: boolean;
  readonly use_responses_lite: boolean;
  readonly tool_mode: 'direct';
  readonly service_tiers: readonly never[];
  readonly availability_nux: null;
  readonly upgrade: null;
};

export type ReasoningLevel = { readonly effort: string; readonly description: string };
