"""How a name is typed without Chinese characters: by its sounds, or by their first letters."""

from itertools import islice, product

MOST_READINGS = 24  # of one name; a character may have several sounds (单: shan, dan, chan)


def spelled(name: str) -> str:
    """The sounds of a name and their first letters, each with a space before it, of the whole name and without its
    first character: " lixiaoming lxm xiaoming xm". A search finds what begins where a space stands.

    What is no Chinese character stays as it was written, in small letters; ü is written v, as on a keyboard.
    """
    from pypinyin import Style, pinyin  # its dictionaries take a third of a second, and few verbs spell a name

    sounds = [_plain(found) for found in pinyin(name, style=Style.NORMAL, heteronym=True)]
    sounds = [found for found in sounds if found]
    ways = [way for whole in islice(product(*sounds), MOST_READINGS) for way in (whole, whole[1:]) if way]
    written = [text for way in ways for text in ("".join(way), "".join(sound[0] for sound in way))]
    return "".join(f" {text}" for text in dict.fromkeys(written))


def typed(query: str) -> str:
    """What somebody typed, as `spelled` writes it."""
    return "".join(query.split()).casefold().replace("ü", "v")


def _plain(readings: list[str]) -> list[str]:
    """The readings of one character without what nobody types, such as the dot of 阿卜杜拉·买买提."""
    written = (typed("".join(letter for letter in one if letter.isalnum())) for one in readings)
    return list(dict.fromkeys(one for one in written if one))
