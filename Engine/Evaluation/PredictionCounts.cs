namespace ManualVae.Evaluation;

/// <summary>How a file of predictions fits a part of the data.</summary>
/// <param name="Lines">Predictions in the file.</param>
/// <param name="Users">Users of the part that have predictions.</param>
/// <param name="MissingUsers">Evaluated users without any: their lists are empty.</param>
/// <param name="OtherUsers">Users in the file that the data has, but not this part.</param>
/// <param name="UnknownUsers">Users in the file that the data does not have.</param>
/// <param name="UnknownItems">Items in the file that the data does not have.</param>
/// <param name="KnownItems">Predictions of items that the user is known to have clicked; they are not ranked.</param>
/// <param name="Shortest">Items ranked for the user who has the fewest, among the users with predictions.</param>
public sealed record PredictionCounts(
    long Lines, int Users, int MissingUsers, int OtherUsers, int UnknownUsers, int UnknownItems, long KnownItems, int Shortest);
