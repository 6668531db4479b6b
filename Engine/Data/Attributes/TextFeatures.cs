namespace ManualVae.Data.Attributes;

/// <summary>
/// The words of a text weighted by tf-idf: the count of a word in the text times idf = ln((1 + n) / (1 + df)) + 1, where n texts
/// have words and df of them have this one; a row is divided by its Euclidean length. This is the smoothed form of scikit-learn's
/// <c>TfidfVectorizer</c> of the weights of Salton and Buckley (1988, "Term-weighting approaches in automatic text retrieval").
/// </summary>
internal static class TextFeatures
{
    /// <summary>Makes the attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">What is known of the items.</param>
    /// <param name="words">
    /// Most words of the vocabulary: those in most texts; of equal ones the first in the order of code units.
    /// </param>
    /// <param name="least">Texts that a word must be in.</param>
    /// <param name="most">Share of the texts that a word may be in; this takes the place of a list of stop words.</param>
    public static ItemAttribute Of(string name, ItemColumn column, int words, int least, double most)
    {
        var counts = new Dictionary<string, int>[column.Items];
        var frequencies = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int item = 0; item < counts.Length; item++)
        {
            counts[item] = new(StringComparer.Ordinal);
            foreach (string word in column.Values(item).SelectMany(Words.Of))
                counts[item][word] = counts[item].GetValueOrDefault(word) + 1;
            foreach (string word in counts[item].Keys) frequencies[word] = frequencies.GetValueOrDefault(word) + 1;
        }
        int texts = counts.Count(row => row.Count > 0);
        string[] vocabulary = [.. frequencies.Where(word => word.Value >= least && word.Value <= most * texts)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Take(words)
            .Select(word => word.Key).Order(StringComparer.Ordinal)];
        var numbers = vocabulary.Index().ToDictionary(word => word.Item, word => word.Index, StringComparer.Ordinal);
        double[] idf = Array.ConvertAll(vocabulary, word => Math.Log((1.0 + texts) / (1.0 + frequencies[word])) + 1);
        return FeatureMatrix.Of(name, AttributeKind.Text, vocabulary, Array.ConvertAll(counts, row =>
        {
            (int Word, double Weight)[] weights = [.. row.Where(word => numbers.ContainsKey(word.Key))
                .Select(word => (Word: numbers[word.Key], Weight: word.Value * idf[numbers[word.Key]])).OrderBy(w => w.Word)];
            double length = Math.Sqrt(weights.Sum(w => w.Weight * w.Weight));
            return (IReadOnlyList<(int, float)>)Array.ConvertAll(weights, w => (w.Word, (float)(w.Weight / length)));
        }));
    }
}
