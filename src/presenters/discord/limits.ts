/**
 * What Discord accepts of one message, in UTF-16 units as `String.length` counts them (Discord counts code points, which
 * are never more). https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
export const LIMITS = {
  content: 2000,
  embeds: 10,
  embedTitle: 256,
  embedDescription: 4096,
  embedFields: 25,
  fieldName: 256,
  fieldValue: 1024,
  embedFooter: 2048,
  /** titles, descriptions, fields, footers and authors of all embeds of a message together */
  embedTotal: 6000,
  rows: 5,
  buttonsInRow: 5,
  selectOptions: 25,
  label: 80,
  optionLabel: 100,
  optionDescription: 100,
  placeholder: 150,
  customId: 100,
  altText: 1024,
  modalTitle: 45,
  /** label of a text input of a form */
  inputLabel: 45,
  autocompleteChoices: 25,
  choiceName: 100,
} as const;
