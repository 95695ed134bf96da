// Replaces the different spellings of people and documents with one spelling.

// U+2800 is the empty pattern of Braille, which looks like a space. U+FFF9 to U+FFFB are marks of annotations.
const IGNORABLE = /\p{Default_Ignorable_Code_Point}|[\u2800\ufff9-\ufffb]/gu;
const NUMBERS = new Map(
    (
        "an 1 a 1 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 " +
        "fifteen 15 twenty 20 thirty 30 forty 40 sixty 60 ninety 90 first 1st"
    )
        .match(/\w+ \w+/g)
        ?.map((pair) => pair.split(" ") as [string, string]),
);

// The text with plain digits, colons, dashes and spaces, and without invisible characters.
export function plain(text: string): string {
    return (
        text
            .replace(IGNORABLE, "")
            // The wide forms of the characters from `!` to `~` have the same order.
            .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
            .replace(/[\u2010-\u2015\u2212\ufe58\ufe63]/g, "-")
            .replace(/[\u2236\ufe55]/g, ":")
            .replace(/[\u2018\u2019]/g, "'")
            .replace(/\p{White_Space}/gu, " ")
            .trim()
    );
}

// The words of a plain text: in lower case, with numbers as digits, and with a date and its time as separate words.
export function normalised(text: string): string[] {
    return text
        .toLowerCase()
        .replace(/[,()]/g, " ")
        .replaceAll("p.m.", "pm")
        .replaceAll("a.m.", "am")
        .replaceAll("+ ", "+")
        .split(/ +/)
        .filter((word) => word && word !== "and" && word !== "o'clock")
        .flatMap((word) => {
            const joined = /^([\d-]{8,})[t_](.*)$/.exec(word);
            return joined ? joined.slice(1).filter(Boolean) : (NUMBERS.get(word) ?? word);
        });
}
