namespace ManualVae.Data;

/// <summary>Held-out users (or held-out clicks of training users) of one part, validation or test.</summary>
/// <param name="FoldIn">What the model may see; also what it must not recommend. One row a user.</param>
/// <param name="HeldOut">What it must find. Same rows.</param>
/// <param name="FirstUser">Index in <c>users.tsv</c> of row 0; row r is user FirstUser + r.</param>
/// <param name="Candidates">
/// Sampled protocol only: the negatives ranked against the held-out item (NCF: 99 a user), else null.
/// </param>
public sealed record EvaluationSplit(CsrMatrix FoldIn, CsrMatrix HeldOut, int FirstUser, CsrMatrix? Candidates = null);
