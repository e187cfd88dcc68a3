/** Whether a text has more than `most` characters, counted as people count them. */
export const tooLong = (text: string, most: number) => [...text.trim()].length > most
