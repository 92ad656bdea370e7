import type { ButtonInteraction, ModalSubmitInteraction } from "discord.js";
import { presentFailureMessage } from "../../presenters/discord/failure-text.ts";
import { presentTitleResults, TITLE_FIELD, titleForm } from "../../presenters/discord/title-search.ts";
import { type ClickContext, readersAt, sayIn } from "../click.ts";
import type { Click } from "../custom-id.ts";
import { DEFAULT_SETTINGS } from "../guild-settings.ts";
import type { DeskDeps } from "../question.ts";
import { readerFor } from "../reader.ts";
import { interactionReply } from "../reply.ts";

/** A menu holds 25. */
const MOST_TITLES = 25;

/** The form for a title. It has to be the first answer to the click, so nothing is looked up before. */
export async function openForm(interaction: ButtonInteraction, click: Click, { words }: DeskDeps): Promise<void> {
  const { locale } = interaction;
  const reader = readerFor({ words, settings: DEFAULT_SETTINGS, locale, isAgeRestricted: false, ...click });
  const { title, custom_id, components } = titleForm(reader);
  await interaction.showModal({ title, custom_id, components: [...components] });
}

/** What was typed: the titles that are close, in a menu. */
export async function search(interaction: ModalSubmitInteraction, context: ClickContext): Promise<void> {
  const { deps, click, signal } = context;
  const text = interaction.fields.getTextInputValue(TITLE_FIELD);
  const { found, failure } = await deps.backend.findTitle(text, MOST_TITLES, signal);
  const answer =
    found.length === 0 && failure
      ? presentFailureMessage(failure.code, sayIn(context))
      : presentTitleResults(text, found, readersAt(context)(click.picture, null));
  await interactionReply(interaction).show(answer);
}
