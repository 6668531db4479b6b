using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Models.Alignment;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tools.ColdItems;

/// <summary>One division of a dataset, and the models that are fitted to it; similarities are shared among them.</summary>
internal sealed class ColdDraw(PreparedDataset data)
{
    private readonly Dictionary<double, (AttributeSimilarities Similarities, MixtureEquations Equations)> _equations = [];

    /// <summary>The division.</summary>
    public PreparedDataset Data => data;

    /// <summary>Names of attributes that are texts or vectors made of them.</summary>
    public string[] Texts { get; } = [.. data.Attributes
        .Where(a => a.Kind is AttributeKind.Text or AttributeKind.Vector).Select(a => a.Name)];

    /// <summary>Names of the others.</summary>
    public string[] Others { get; } = [.. data.Attributes
        .Where(a => a.Kind is not (AttributeKind.Text or AttributeKind.Vector)).Select(a => a.Name)];

    private static FitMonitor Silent => new(null, Session.Cancellation);

    /// <summary>A model of the catalogue.</summary>
    public IRecommender Baseline(string name, JsonObject? settings = null) =>
        BaselineCatalogue.Fit(name, BaselineData.Of(data), settings, Silent);

    /// <summary>Smoothed cosine of chosen attributes, null for all.</summary>
    public IRecommender Cosine(string? attributes, double delta) =>
        FeatureCosine.Fit(data.Attributes, new(delta, attributes), Silent);

    /// <summary>A mixture of attributes' similarities.</summary>
    public ItemMixture Mixture(ColdChoices choices, bool secondOrder, bool texts)
    {
        if (!_equations.TryGetValue(choices.Delta, out var found))
        {
            _equations.Clear(); // they are large, and one smoothing is used after another
            var similarities = new AttributeSimilarities(data.Attributes, choices.Delta);
            found = (similarities, new(data.Train, similarities, secondOrder: true, Session.Cancellation));
            _equations.Add(choices.Delta, found);
        }
        return found.Equations.Solve(choices.ZeroWeight, texts ? [.. Others, .. Texts] : Others, secondOrder);
    }

    /// <summary>MARec on EASE or SLIM, aligned with mixed similarities.</summary>
    public IRecommender Marec(ReadOnlySpan<float> similarity, MarecSettings settings) =>
        Models.Baselines.Marec.FitAligned(data.Train, similarity, settings, Silent);

    /// <summary>MARec on an autoencoder, [I-200-I] as the released code, with aligned targets.</summary>
    public ColdAutoencoder Autoencoder(ColdChoices choices, bool variational) => new(data, new RunSettings
    {
        Model = variational ? "multvae" : "multdae", Hidden = [], Latent = 200, Epochs = 30, BatchSize = 250, LearningRate = 1e-3,
        WeightDecay = variational ? 0 : 4e-5, Beta = 0.2, BetaSteps = 400, Alignment = choices.AutoencoderBeta,
        AlignmentDelta = choices.Delta, AlignmentZeroWeight = choices.ZeroWeight,
    });

    /// <summary>What a part holds out, of cold items or of warm ones; users are shown their training clicks.</summary>
    public EvaluationSplit Part(bool test, bool? cold)
    {
        var part = data.Under(EvaluationProtocol.DiffRec, test ? data.Test! : data.Validation!);
        if (cold is not bool kept) return part;
        bool[] items = ItemDivision.Cold(data.Train);
        return part with { HeldOut = part.HeldOut.KeepColumns([.. items.Select(c => c == kept)]) };
    }

    /// <summary>The items with clicks of a part that have none in training.</summary>
    public bool[] ColdItems(bool test)
    {
        int[] clicks = (test ? data.Test! : data.Validation!).HeldOut.ColumnCounts();
        bool[] cold = ItemDivision.Cold(data.Train);
        return [.. clicks.Select((count, item) => count > 0 && cold[item])];
    }

    /// <summary>NDCG@10 on validation: of cold items among themselves, or of warm or all clicks among all items.</summary>
    public double Validated(IRecommender model, bool? cold)
    {
        var part = Part(test: false, cold);
        if (!part.HasClicksToFind) return 0;
        IRecommender ranked = cold == true ? new RestrictedRecommender(model, ColdItems(test: false)) : model;
        return Evaluator.Evaluate(ranked, part, Metric.ParseList("NDCG@10"), cancellation: Session.Cancellation)["NDCG@10"];
    }
}

/// <summary>A trained autoencoder with its backend.</summary>
internal sealed class ColdAutoencoder : IRecommender
{
    private readonly Compute.IBackend _backend;
    private readonly Trainer _trainer;

    /// <summary>Trains it for all its epochs; validation is left out.</summary>
    public ColdAutoencoder(PreparedDataset data, RunSettings settings)
    {
        var trained = new PreparedDataset(data.Manifest, data.Train, null, data.Test, data.UserIds, data.Items, data.Attributes);
        _backend = Session.Backend(settings.Device, settings.Threads, settings.Precision);
        _trainer = new Trainer(trained, settings, _backend);
        _trainer.Run(Session.Cancellation);
    }

    /// <inheritdoc/>
    public string Name => _trainer.Model.Name;

    /// <inheritdoc/>
    public int ItemCount => _trainer.Model.ItemCount;

    /// <inheritdoc/>
    public int BatchSize => _trainer.Model.BatchSize;

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        _trainer.Model.Score(foldIn, firstRow, rows, scores);

    /// <inheritdoc/>
    public void Dispose()
    {
        _trainer.Dispose();
        _backend.Dispose();
    }
}
