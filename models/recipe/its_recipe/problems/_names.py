"""Names of people and things that several families speak of."""

NAMES = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Hugo", "Ida", "Jonas", "Lena", "Omar")

THINGS = ("apples", "books", "cards", "coins", "cups", "lamps", "pens", "shells", "stamps", "toys")
