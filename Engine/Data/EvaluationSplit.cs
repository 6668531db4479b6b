namespace ManualVae.Data;

/// <summary>Held-out users (or held-out clicks of training users) of one part, validation or test.</summary>
/// <param name="FoldIn">What the model may see. One row a user.</param>
/// <param name="HeldOut">What it must find. Same rows.</param>
/// <param name="FirstUser">Index in <c>users.tsv</c> of row 0; row r is user FirstUser + r.</param>
/// <param name="Candidates">Sampled protocol: negatives ranked against the held-out item (NCF: 99 a user); else null.</param>
/// <param name="Excluded">What it must not recommend, where that is not the fold-in; else null. Same rows.</param>
public sealed record EvaluationSplit(
    CsrMatrix FoldIn, CsrMatrix HeldOut, int FirstUser, CsrMatrix? Candidates = null, CsrMatrix? Excluded = null)
{
    /// <summary>The users' clicks that are known before the held-out ones: what is not recommended to them again.</summary>
    public CsrMatrix Known => Excluded ?? FoldIn;

    /// <summary>True where some user has a held-out click; else nothing can be measured.</summary>
    public bool HasClicksToFind => HeldOut.EntryCount > 0;

    /// <summary>Users with something to find.</summary>
    public int UsersWithHeldOut => Enumerable.Range(0, HeldOut.Rows).Count(row => HeldOut.RowLength(row) > 0);

    /// <summary>Users with something to find of whom the model is shown nothing.</summary>
    public int UsersShownWithoutClicks => Enumerable.Range(0, HeldOut.Rows)
        .Count(row => HeldOut.RowLength(row) > 0 && FoldIn.RowLength(row) == 0);
}
