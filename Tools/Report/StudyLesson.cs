namespace ManualVae.Tools.Report;

/// <summary>What a reader must know to learn from a study: the question, the formula, how to read the figures.</summary>
/// <param name="Study">Name of the study; also the heading in docs/study.md.</param>
/// <param name="Title">Title of its section.</param>
/// <param name="Question">What it asks.</param>
/// <param name="Formula">The formula, MathML.</param>
/// <param name="Symbols">What the symbols are.</param>
/// <param name="HowToRead">How to read the figures.</param>
/// <param name="Figures">Names of the figures in the order of the explanation.</param>
internal sealed record StudyLesson(
    string Study, string Title, string Question, string Formula, string Symbols, string HowToRead, params string[] Figures)
{
    /// <summary>The lessons, each built on those before it.</summary>
    public static List<StudyLesson> All { get; } =
    [
        new("gradients", "One user's gradient",
            "Training follows the mean gradient of a batch. What does one user contribute: how much, in which direction, and how "
            + "stable is that under another draw of mask and noise?",
            MathMl.Display(MathMl.Sub("g", "u"), "=", MathMl.Sub("∇", "θ"), MathMl.Sub("L", "u"),
                ",", MathMl.Sub("g", "u") + MathMl.Text("of a layer"), "=", MathMl.Id("δ"), MathMl.Sup("[x, 1]", "⊤")),
            "Lᵤ is the loss of user u, θ the weights. A layer is y = f(Wx + b); δ is the gradient of its output before f.",
            "Norms: a long bar is a layer that users move much. Directions: a cosine near 1 between two draws says that the "
            + "direction is the user's own; near 0, mask and noise decide it. With a training batch: how far the user pulls "
            + "where the batch goes. Activity: users with more clicks have larger gradients where the cloud rises.",
            "norms", "directions", "activity"),
        new("influence", "Who helps whom",
            "If the weights take a step for user v, does the loss of user u fall?",
            MathMl.Display(MathMl.Id("Δ") + MathMl.Sub("L", "u"), "≈", MathMl.Op("−") + MathMl.Id("η"),
                MathMl.Angle(MathMl.Sub("g", "u"), MathMl.Sub("g", "v"))),
            "η is the step size, gᵤ and gᵥ are the users' gradients. A positive inner product means help, to first order.",
            "Maps: row u and column v; blue is help or alike gradients, orange is harm or opposed ones. Lines are borders of "
            + "clusters; bright blocks on the diagonal would be groups who help each other. Distribution: a peak at 0 means that "
            + "most users hardly touch each other.",
            "signs", "cosines", "distribution"),
        new("radius", "How far help reaches",
            "Does a step on v help u only if they are near in latent space, as the theorem of the sharing radius says?",
            MathMl.Display(MathMl.Sub("W", "1") + MathMl.Paren(MathMl.Sub("q", "u"), MathMl.Sub("q", "v")), "<",
                MathMl.Sub("r", "share"), "=", MathMl.Fraction(
                    MathMl.Op("[") + MathMl.Norm(MathMl.Sub("g", "u")) + MathMl.Op("−") + MathMl.Sub("Δ", "x") + MathMl.Op("]₊"),
                    MathMl.Id("L"))),
            "W₁ is the distance of the two posteriors, Δₓ the mismatch of the users' clicks seen through the decoder, L the "
            + "Lipschitz constant of the gradient. Inside the radius a step on v must help u (arXiv 2511.06781, theorem 2.3).",
            "Helps: the share of pairs whose loss really fell, by latent distance; a falling line is decay, a flat one says that "
            + "distance does not matter. The dashed control takes another pair's v. Kinds: whether shared items decide instead. "
            + "First order: the measured error falls with the square of the step, so the gradients are right. Inside: how many "
            + "pairs the theorem speaks of, by the layers that a step moves and by the constant.",
            "helps", "helps-relative", "cosine", "change", "kinds", "first-order", "inside"),
        new("lipschitz", "How far a click moves the code",
            "If two users' clicks are alike, are their posteriors near?",
            MathMl.Display(MathMl.Sub("W", "1") + MathMl.Paren(MathMl.Sub("q", "u"), MathMl.Sub("q", "v")), "≤",
                MathMl.Sub("L", "φ"), MathMl.Norm(MathMl.Sub("x", "u") + MathMl.Op("−") + MathMl.Sub("x", "v"))),
            "W₁ is the distance of the two posteriors; on the right stands the number of clicks by which the users differ, and "
            + "Lᵩ is the encoder's Lipschitz constant (lemma 2.4). The largest ratio measured is a lower bound of Lᵩ, the norms "
            + "of the encoder's layers give an upper one.",
            "Distance: no point may lie above the dashed line, the bound. Cut histories, users beside themselves without some "
            + "clicks, are the points on the left. Ratio: a line that falls says that the first clicks of difference move the "
            + "posterior most.",
            "distance", "ratio"),
        new("neighbours", "Who the latent neighbours are",
            "Are the users who are near in latent space also near by their clicks?",
            MathMl.Display(MathMl.SubSup("W", "2", "2") + MathMl.Paren(MathMl.Id("u"), MathMl.Id("v")), "=",
                MathMl.Power(MathMl.Norm(MathMl.Sub("μ", "u") + MathMl.Op("−") + MathMl.Sub("μ", "v")), "2"), "+",
                MathMl.Power(MathMl.Norm(MathMl.Sub("σ", "u") + MathMl.Op("−") + MathMl.Sub("σ", "v")), "2")),
            "μ and σ are mean and standard deviation of a user's posterior.",
            "Shares: local neighbours are among the nearest by clicks too; global ones share an item; unrelated ones share none. "
            + "Maps: each mark is a user; cohorts that form islands are kept apart by activity, not by taste.",
            "shares", "maps"),
        new("cohorts", "Short and long histories",
            "Where do users with few, some and many clicks lie in latent space, and who of them helps whom?",
            MathMl.Display(MathMl.Id("P") + MathMl.Paren(MathMl.Text("helps")), "=", MathMl.Id("P") + MathMl.Paren(
                MathMl.Sub("L", "u") + MathMl.Paren(MathMl.Id("θ") + MathMl.Op("−") + MathMl.Id("η") + MathMl.Sub("g", "v")),
                MathMl.Sub("L", "u") + MathMl.Paren(MathMl.Id("θ")), "<")),
            "Lᵤ is the loss of user u, gᵥ the gradient of user v, η a small step. The histories of all lengths are cut from "
            + "the same users, so only the number of clicks differs, not the people.",
            "Helps: a bar for each length of v's history; a bar above ½ says that its step mostly helps u. Own: how far a short "
            + "history lies from the code of the user's full one, and how often it is the nearest. Map: histories of one length "
            + "that form an island are told apart by their length.",
            "helps", "own", "map"),
        new("gap", "What sharing a code costs",
            "Two users who had the same latent code would get the same prediction. What would that cost them?",
            MathMl.Display(MathMl.Id("gap"), "=",
                MathMl.Sub("w", "u") + MathMl.Sub("N", "u"),
                MathMl.Op("KL") + MathMl.Paren(MathMl.Sub("p", "u"), MathMl.Id("p"), "‖"),
                "+", MathMl.Sub("w", "v") + MathMl.Sub("N", "v"),
                MathMl.Op("KL") + MathMl.Paren(MathMl.Sub("p", "v"), MathMl.Id("p"), "‖")),
            "pᵤ spreads the probability evenly over the Nᵤ clicks of u, p is the weighted mixture of both users, w are the "
            + "weights (1 and 1 for the gap, the two densities for the overlap, so full overlap costs the gap; theorem 2.5).",
            "One mark a pair. The dashed line is the ceiling ln 2 a click: users without a common item and with equally many "
            + "clicks. A cloud that rises to the right says that the model puts users apart who would pay much.",
            "gap"),
        new("masking", "What masks do to distances",
            "Training drops clicks at random. Does that bring users together or apart?",
            MathMl.Display(MathMl.Id("E"), MathMl.Id("D"), "=", MathMl.Id("ρ") + MathMl.Id("d"), "+",
                MathMl.Num("2") + MathMl.Id("ρ"),
                MathMl.Paren(MathMl.Num("1") + MathMl.Op("−") + MathMl.Id("ρ")) + MathMl.Id("s")),
            "d = ‖xᵤ − xᵥ‖₁ is the input distance, D the same after masks, s the number of items in common, ρ the probability "
            + "that a click is kept (each user with an own mask; theorem 2.6).",
            "Below the line at 1 masks bring pairs together, above it apart. Input: marks should lie on the lines of the closed "
            + "form. Latent: what the encoder makes of it. Regimes: left of the threshold the theorem says contraction, right of "
            + "it expansion; cut histories fill the right side. Drift: 1 would mean that a user keeps the same nearest users "
            + "under every mask.",
            "input", "latent", "regimes", "drift"),
        new("anchors", "What anchors do",
            "Do item anchors make the posterior mean more stable under masks?",
            MathMl.Display(MathMl.Id("τ"), "=", MathMl.Fraction(MathMl.Id("L"),
                MathMl.Id("L") + MathMl.Op("+") + MathMl.Num("2") + MathMl.Id("λ"))),
            "λ is the weight of the anchors and L the curvature of the loss. The theory says: variance across masks times τ², "
            + "distance to the centroid times τ (section 3).",
            "The line falls as λ grows. If the variance over the users' spread falls too, anchors stabilise; if it stays, they "
            + "shrink everything alike.",
            "variance"),
        new("collapse", "Is the latent code used",
            "How much does the latent code say of a user, and how many of its dimensions are used?",
            MathMl.Display(MathMl.Op("KL") + MathMl.Paren(MathMl.Sub("q", "k"), MathMl.Id("p"), "‖"), "=",
                MathMl.Fraction(MathMl.Num("1"), MathMl.Num("2")) + MathMl.Paren(MathMl.Power(MathMl.Id("σ"), "2")
                    + MathMl.Op("+") + MathMl.Power(MathMl.Id("μ"), "2") + MathMl.Op("−") + MathMl.Num("1")),
                "−", MathMl.Op("ln") + MathMl.Id("σ")),
            "qₖ = N(μ, σ²) is the posterior of one dimension, p = N(0, 1) the prior. A dimension with KL 0 says nothing.",
            "KL: dimensions by rank; those above the dashed line inform. Sigma: values near 1 are unused dimensions, small "
            + "values are sure ones. Sweeps: what a larger β leaves.",
            "kl", "sigma", "contraction", "units"),
    ];

    /// <summary>The lesson of a study, by its name or that of its folder; null if there is none.</summary>
    public static StudyLesson? Of(string study) =>
        All.FirstOrDefault(lesson => lesson.Study == study || study == lesson.Study + "-masked");

    /// <summary>Place of a figure's file in the explanation.</summary>
    public int Order(string file) => Array.IndexOf(Figures, Path.GetFileNameWithoutExtension(file)) is >= 0 and var place
        ? place : Figures.Length;
}
