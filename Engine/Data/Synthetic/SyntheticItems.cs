namespace ManualVae.Data.Synthetic;

/// <summary>
/// The items of made-up clicks: how popular each is, to which factors it belongs (a main one and perhaps a second), and a title
/// and genres that follow from the factors, so that attributes tell something about clicks.
/// </summary>
internal sealed class SyntheticItems
{
    private static readonly (string Genre, string[] Nouns)[] Themes =
    [
        ("Action", ["Pursuit", "Detonator", "Convoy", "Blockade", "Getaway", "Vengeance", "Breakout", "Crossfire"]),
        ("Adventure", ["Expedition", "Island", "Compass", "Treasure", "Voyage", "Summit", "River", "Caravan"]),
        ("Animation", ["Fox", "Lantern Parade", "Puppet", "Dragonfly", "Robot", "Snow Owl", "Toy Box", "Hedgehog"]),
        ("Children", ["Kite", "Treehouse", "Pony", "Birthday", "Puddle", "Playground", "Balloon", "Teddy"]),
        ("Comedy", ["Wedding", "Neighbours", "Misunderstanding", "Holiday", "Roommate", "Uncle", "Audition", "Waiter"]),
        ("Crime", ["Heist", "Alibi", "Witness", "Informer", "Syndicate", "Verdict", "Ransom", "Safecracker"]),
        ("Documentary", ["Glacier", "Archive", "Harvest", "Migration", "Factory", "Reef", "Orchestra", "Laboratory"]),
        ("Drama", ["Inheritance", "Letter", "Winter", "Promise", "Orchard", "Daughter", "Silence", "Farewell"]),
        ("Fantasy", ["Dragon", "Enchantress", "Kingdom", "Spell", "Mirror", "Labyrinth", "Oracle", "Sword"]),
        ("Film-Noir", ["Alley", "Nightclub", "Shadow", "Detective", "Cigarette", "Staircase", "Stranger", "Midnight"]),
        ("Horror", ["Cellar", "Asylum", "Scream", "Graveyard", "Possession", "Attic", "Curse", "Scarecrow"]),
        ("Musical", ["Chorus", "Spotlight", "Melody", "Cabaret", "Rehearsal", "Tap Dancer", "Overture", "Songbird"]),
        ("Mystery", ["Manor", "Cipher", "Disappearance", "Portrait", "Riddle", "Key", "Lodger", "Clue"]),
        ("Romance", ["Kiss", "Summer", "Rendezvous", "Bouquet", "Train to Lisbon", "Serenade", "Harbour", "Valentine"]),
        ("Sci-Fi", ["Android", "Orbit", "Colony", "Signal", "Paradox", "Starship", "Clone", "Horizon"]),
        ("Thriller", ["Countdown", "Hostage", "Obsession", "Conspiracy", "Passenger", "Deadline", "Double", "Trap"]),
        ("War", ["Trench", "Regiment", "Bunker", "Armistice", "Bombardier", "Front", "Submarine", "Deserter"]),
        ("Western", ["Sheriff", "Canyon", "Outlaw", "Saloon", "Stagecoach", "Ranch", "Bounty", "Mustang"]),
    ];

    private static readonly string[] Adjectives =
    [
        "Crimson", "Silent", "Golden", "Broken", "Hidden", "Last", "First", "Lonely", "Electric", "Burning", "Frozen", "Secret",
        "Distant", "Wild", "Velvet", "Hollow", "Forgotten", "Restless", "Emerald", "Bitter", "Gentle", "Crooked", "Endless",
        "Scarlet", "Paper", "Iron", "Invisible", "Sleeping", "Borrowed", "Reluctant", "Midsummer", "Northern", "Stolen", "Quiet",
    ];

    /// <summary>Makes the items of a shape.</summary>
    public SyntheticItems(SyntheticShape shape, uint seed)
    {
        int items = shape.Items, factors = Math.Min(shape.Factors, shape.Items);
        Popularity = PopularityOf(shape);
        var random = SplitMix64.For(seed, purpose: 1, index: 0);
        Shuffle(Popularity, ref random); // an item's number must say nothing about its popularity

        var factorWeights = new double[factors];
        var members = new List<(int Item, double Weight)>[factors];
        for (int factor = 0; factor < factors; factor++)
            (members[factor], factorWeights[factor]) = ([], 0.5 + random.Exponential());
        var factorDraw = new AliasTable(factorWeights);
        var titles = new string?[items];
        var genres = new string?[items];
        var used = new Dictionary<string, int>();
        for (int item = 0; item < items; item++)
        {
            // Every factor owns items even where there are few of them.
            int main = item < factors ? item : factorDraw.Draw(ref random), second = factorDraw.Draw(ref random);
            double share = second == main ? 1 : 0.5 + 0.5 * random.Uniform();
            members[main].Add((item, Popularity[item] * share));
            if (share < 1) members[second].Add((item, Popularity[item] * (1 - share)));
            titles[item] = Title(main, used, ref random);
            genres[item] = Genres(main, second, share);
        }
        List = new ItemList([.. Enumerable.Range(1, items).Select(id => id.ToString())], titles, genres);

        Everything = new AliasTable(Popularity);
        Members = [.. members.Select(m => m.Select(entry => entry.Item).ToArray())];
        Within = [.. members.Select(m => new AliasTable(m.Select(entry => entry.Weight).ToArray()))];
        Factors = new AliasTable([.. members.Select(m => m.Sum(entry => entry.Weight))]);
    }

    /// <summary>Ids, titles and genres.</summary>
    public ItemList List { get; }

    /// <summary>Relative popularity of each item.</summary>
    public double[] Popularity { get; }

    /// <summary>Draws an item by popularity alone.</summary>
    public AliasTable Everything { get; }

    /// <summary>Draws a factor in proportion to the popularity of its items, which keeps popularity over all users.</summary>
    public AliasTable Factors { get; }

    /// <summary>The items of each factor.</summary>
    public int[][] Members { get; }

    /// <summary>Draws a position in <see cref="Members"/> of each factor.</summary>
    public AliasTable[] Within { get; }

    private static double[] PopularityOf(SyntheticShape shape)
    {
        var popularity = new double[shape.Items];
        double sum = 0, tail = shape.TailLength * shape.Items;
        for (int rank = 0; rank < popularity.Length; rank++)
            sum += popularity[rank] = Math.Pow(rank + shape.HeadShift, -shape.PopularityExponent) * Math.Exp(-rank / tail);
        double least = sum * shape.FewestItemClicks / shape.Interactions;
        for (int rank = 0; rank < popularity.Length; rank++) popularity[rank] = Math.Max(popularity[rank], least);
        return popularity;
    }

    private static void Shuffle(double[] values, ref SplitMix64 random)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static string Genres(int main, int second, double share)
    {
        string first = Themes[main % Themes.Length].Genre, also = Themes[second % Themes.Length].Genre;
        return share == 1 || first == also ? first : $"{first}|{also}";
    }

    private static string Title(int factor, Dictionary<string, int> used, ref SplitMix64 random)
    {
        string[] nouns = Themes[factor % Themes.Length].Nouns;
        string name = $"The {Adjectives[random.Below(Adjectives.Length)]} {nouns[random.Below(nouns.Length)]}";
        int year = 1950 + random.Below(74), times = used[name] = used.GetValueOrDefault(name) + 1;
        return times == 1 ? $"{name} ({year})" : $"{name} {times} ({year})";
    }
}
