using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// Mult-VAE, Mult-DAE and their family, written once against <see cref="IBackend"/>: explicit forward and backward passes over
/// one batch. Source: Liang et al. 2018, section 2, and its reference code.
/// </summary>
/// <remarks>
/// Training: <see cref="Forward"/> with a mask and noise, then <see cref="Backward"/>, which also computes the losses. Scoring
/// uses the clean input and the posterior mean and ranks by raw logits. The passes share buffers: one thread at a time. A call of
/// <see cref="Score"/> or <see cref="Rank"/> while another thread is in one of them throws
/// <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed partial class Autoencoder : IRecommender
{
    private readonly MemoryScope _memory;
    private readonly IPrior? _prior;
    private readonly Parameter? _anchors, _anchorWeights;
    private readonly AnchorTerm _anchorTerm;
    private readonly HashSet<Parameter> _decoderParameters;
    private readonly Tensor _noise, _z, _dz, _rowScale, _centroids;
    private readonly float[] _hostScale;
    private readonly Tensor _lossParts;
    private readonly Tensor[] _losses;
    private readonly double[] _hostLosses;
    private bool _sampled;

    /// <summary>Builds the model and draws its initial weights.</summary>
    /// <param name="backend">Where it computes; stays the caller's.</param>
    /// <param name="settings">Which parts.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="maxRows">Largest batch, in training and scoring.</param>
    /// <param name="seed">Seed of the initial weights; null leaves zeros, for weights that a checkpoint overwrites.</param>
    /// <param name="training">Gradients and moments too.</param>
    /// <param name="fuse">
    /// Only for training: let the backend apply updates within the backward pass if it can, and compute the loss in the form
    /// that costs least.
    /// </param>
    /// <param name="form">How the loss is computed; null for the cheapest with <paramref name="fuse"/>, else the whole.</param>
    public Autoencoder(
        IBackend backend, AutoencoderSettings settings, int items, int maxRows, ulong? seed, bool training = true,
        bool fuse = false, OutputForm? form = null)
        : this(new MemoryScope(backend), settings, items, maxRows, seed, training, fuse, form) { }

    /// <summary>Builds the model in a scope, which it disposes of with itself.</summary>
    internal Autoencoder(
        MemoryScope memory, AutoencoderSettings settings, int items, int maxRows, ulong? seed, bool training = true,
        bool fuse = false, OutputForm? form = null, int? rowsOfBlock = null)
    {
        settings.Validate();
        if (memory.Backend.Ranks.Size * memory.Backend.Groups.Size > 1) settings.RequireSharable();
        (_memory, Backend, Settings, ItemCount) = (memory, memory.Backend, settings, items);
        try
        {
            Parameters = new ParameterBlock(memory, settings.FanInInitialisation);
            int latent = settings.Latent * settings.Levels;
            var parts = new AutoencoderBuilder(memory, Parameters, settings, items);
            IReadOnlyList<int> hidden = settings.DecoderHidden ?? [.. settings.Hidden.Reverse()];
            var chosen = form ?? FormOf(maxRows, hidden.Count > 0 ? hidden[^1] : latent, training, fuse);
            Encoder = parts.Encoder("encoder", maxRows);
            var updated = DeclareUpdated();
            if (chosen == OutputForm.Sampled) _step = StepOf(fuse, updated);
            int encoderParameters = Parameters.All.Count;
            Decoder = new Decoder(
                memory, Parameters, latent, hidden, items, maxRows, settings.WeightDecay,
                gated: settings.Encoder == EncoderKind.Gated, chosen,
                rowsOfBlock ?? (training && chosen != OutputForm.Sampled ? OutputForms.RowsOfBlock : OutputForms.RowsOf(items)),
                settings.OutputHead == OutputHead.Cosine ? settings.Temperature : null, _step);
            if (settings.LinearPath != LinearPathKind.None)
                _linear = new(memory, Parameters, settings, items, Decoder.Output.MaxRows);
            RequireForm(Decoder.Form);
            _decoderParameters = [.. Parameters.All.Skip(encoderParameters)];
            Likelihood = _weighted = new Likelihood(settings.Likelihood, settings.ClickWeight, settings.ZeroWeight);
            if (settings.Variational)
            {
                _prior = parts.Prior(maxRows);
                _noise = memory.Allocate(maxRows, latent);
                _z = memory.Allocate(maxRows, latent);
            }
            _dz = memory.Allocate(maxRows, latent);
            _rowScale = memory.Allocate(maxRows, 1);
            _hostScale = new float[maxRows];
            if (settings.HasAnchors)
            {
                var (rows, columns) = settings.HasCodebook
                    ? (settings.AnchorCodebook, latent) : (items, checked(latent * settings.AnchorsPerItem));
                _anchors = Parameters.Declare("anchors", rows, columns, Initialiser.SmallNormal,
                    items: settings.HasCodebook ? ItemAxis.None : ItemAxis.Rows);
                _centroids = memory.Allocate(maxRows, latent);
                if (settings.AnchorWeighting == AnchorWeighting.Rarity)
                {
                    Parameters.KeepConstant(AnchorWeights);
                    _anchorWeights = Parameters.Declare(AnchorWeights, items, 1, Initialiser.One, items: ItemAxis.Rows);
                }
            }
            _lossParts = memory.Allocate(3, maxRows);
            _losses = [.. Enumerable.Range(0, 3).Select(part => _lossParts.View((long)part * maxRows, maxRows, 1))];
            _hostLosses = new double[3 * maxRows];
            Parameters.Build(seed, training, fuse && Backend.FusesUpdates);
            _anchorTerm = new(
                settings.AnchorForm, settings.AnchorPart, settings.AnchorChoices, _anchorWeights?.Value ?? default,
                _anchorWeights is null ? default : memory.Allocate(maxRows, 1), settings.HasCodebook);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The parts it is made of.</summary>
    public AutoencoderSettings Settings { get; }

    /// <summary>All weights.</summary>
    public ParameterBlock Parameters { get; }

    /// <summary>The decoder; its output layer's rows are the items' vectors.</summary>
    public Decoder Decoder { get; }

    /// <summary>The encoder.</summary>
    public IEncoder Encoder { get; }

    /// <summary>The distribution of clicks given logits.</summary>
    public Likelihood Likelihood { get; }

    /// <summary>Where it computes.</summary>
    public IBackend Backend { get; }

    /// <inheritdoc/>
    public string Name => Settings.Variational ? "multvae" : "multdae";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <summary>Most users scored at once; a training batch may hold more.</summary>
    public int BatchSize => Decoder.Output.MaxRows;

    /// <summary>The posterior [B, 2K] of the last forward pass (DAE: the bottleneck [B, K]).</summary>
    public Tensor Code { get; private set; }

    /// <summary>The latent code z [B, K] that the last <see cref="Forward"/> decoded.</summary>
    public Tensor Latent => Settings.Variational ? _z.Top(Code.Rows) : Code;

    /// <summary>
    /// Each user's negative log-likelihood, after <see cref="Loss"/> or <see cref="Backward"/>; with the weights of clicks and
    /// users, if the model has any.
    /// </summary>
    public ReadOnlySpan<double> ReconstructionLosses => HostLosses(0);

    /// <summary>Each user's KL divergence, unweighted; zero for a DAE.</summary>
    public ReadOnlySpan<double> KlLosses => HostLosses(1);

    /// <summary>Each user's anchor term, unweighted; zero without anchors.</summary>
    public ReadOnlySpan<double> AnchorLosses => HostLosses(2);

    /// <summary>What the next backward passes update.</summary>
    public UpdatedParts Updated { get; private set; } = UpdatedParts.All;

    /// <summary>From now on backward passes update these parts only; the other parameters are frozen.</summary>
    public void Update(UpdatedParts parts)
    {
        if (parts == Updated) return;
        Updated = parts;
        foreach (var parameter in Parameters.All) parameter.IsFrozen = parameter.IsConstant || !parts.HasFlag(PartOf(parameter));
    }

    /// <summary>The part whose updates a parameter belongs to.</summary>
    public UpdatedParts PartOf(Parameter parameter) =>
        _decoderParameters.Contains(parameter) ? UpdatedParts.Decoder : UpdatedParts.Encoder;

    /// <summary>Weight of a user's KL besides beta: 1, or the user's number of clicks.</summary>
    public double KlWeight(SparseBatch batch, int row) =>
        Settings.KlPerClick ? batch.ClicksOf(row) : 1;

    /// <summary>The clean input of this model, that of evaluation.</summary>
    public InputMask CleanInput => InputMask.CleanFor(Settings.Mask);

    /// <summary>The input mask of training update <paramref name="step"/>.</summary>
    public InputMask TrainingMask(ulong seed, uint step) => Settings.Mask == MaskMode.Clean || Settings.Dropout == 0
        ? CleanInput
        : new(Settings.Mask, (float)(1 - Settings.Dropout), new RandomKey(seed, step, RandomPurpose.Mask));

    /// <summary>
    /// Encodes the batch and decodes z. With a noise key z = mu + noise * sigma, without it z = mu; a DAE has no noise.
    /// </summary>
    /// <returns>
    /// Logits [B, I], valid until the next pass; <see cref="Backward"/> overwrites them. None if the decoder's
    /// <see cref="Decoder.Form"/> does not hold those of a batch.
    /// </returns>
    public Tensor Forward(SparseBatch batch, InputMask mask, RandomKey? noise)
    {
        _step?.Begin(batch, (noise ?? default) with { Purpose = RandomPurpose.NegativeSample });
        if ((Updated & UpdatedParts.Encoder) != 0) _prior?.Prepare(batch);
        EncodeAndSample(batch, mask, noise);
        WeighLoss(batch, mask);
        var logits = Decoder.ForwardToLoss(Latent);
        _mask = mask;
        if (_linear is not null) AddLinearPath(batch, mask, logits);
        if (!_correction.IsNone)
            Backend.MatMul(Transpose.None, _ones.Top(batch.Rows), _correction, logits, accumulate: true);
        return logits;
    }

    /// <summary>
    /// The posterior [B, 2K] of a VAE (of two levels: as if z2 were its mean) or the bottleneck [B, K] of a DAE.
    /// </summary>
    public Tensor Encode(SparseBatch batch, InputMask mask)
    {
        Backend.EncodeInputs(batch, mask);
        return Code = Encoder.Forward(batch, noise: default);
    }

    private void EncodeAndSample(SparseBatch batch, InputMask mask, RandomKey? noise)
    {
        _sampled = noise is not null && Settings.Variational;
        if (_sampled) Backend.DrawNoise(batch, noise!.Value, _noise.Top(batch.Rows));
        Backend.EncodeInputs(batch, mask);
        Code = Encoder.Forward(batch, Noise(batch.Rows));
        if (Settings.Variational) Backend.SampleForward(Code, Noise(batch.Rows), _z.Top(batch.Rows));
    }

    /// <summary>The mean loss of the last forward pass, without gradients; the logits stay as they are.</summary>
    /// <param name="batch">What was encoded.</param>
    /// <param name="objective">Weights of the loss's parts.</param>
    /// <param name="targets">What is to be reconstructed, real values of the same users; null for their clicks.</param>
    public double Loss(SparseBatch batch, Objective objective, SparseBatch? targets = null)
    {
        Decoder.Loss(_weighted, targets ?? batch, Latent, _losses[0].Top(batch.Rows));
        RegulariserLosses(batch);
        return DownloadLosses(batch, objective);
    }

    /// <summary>
    /// Adds the gradient of the mean loss over the batch to the parameters (or updates them, if they are fused), for the last
    /// forward pass. Gradients of parameters are not zeroed here.
    /// </summary>
    /// <param name="batch">What was encoded.</param>
    /// <param name="objective">Weights of the loss's parts.</param>
    /// <param name="targets">What is to be reconstructed, real values of the same users; null for their clicks.</param>
    /// <returns>The mean loss.</returns>
    public double Backward(SparseBatch batch, Objective objective, SparseBatch? targets = null)
    {
        int rows = batch.Rows;
        double share = 1.0 / rows;
        bool encoder = (Updated & UpdatedParts.Encoder) != 0;
        var latent = Latent;
        if (encoder) Encoder.ZeroOutputGradient(rows);
        var dCode = encoder ? Encoder.OutputGradient(rows) : default;
        var dLatent = !Settings.Variational || !encoder ? dCode : _dz.Top(rows);
        if (encoder && Settings.Variational) Backend.Fill(dLatent, 0);
        Decoder.LossBackward(
            _weighted, targets ?? batch, objective.Reconstruction * share, latent, dLatent, _losses[0].Top(rows));
        RegulariserLosses(batch);
        // Before the products of the backward pass: a backend that queues its work runs them while the host prepares the next
        // batch.
        double loss = DownloadLosses(batch, objective);
        if (_linear is not null) LinearPathBackward(batch);
        Decoder.BackwardFromLoss(latent, dLatent);
        if (!encoder) return loss;
        if (Settings.Variational)
        {
            var (z, dz) = (latent, dLatent);
            var rowScale = _rowScale.Top(rows);
            if (_anchors is not null && objective.AnchorWeight != 0)
            {
                if (_userMean == 0) FillRowScale(objective.AnchorWeight * share);
                else UploadRowScale(batch, objective.AnchorWeight * share, false, rowScale);
                Backend.AnchorBackward(
                    _anchorTerm, batch, _anchors, Code, z, _centroids.Top(rows), rowScale, dCode, dz);
            }
            if (objective.Beta != 0)
            {
                if (Settings.KlPerClick || _userMean != 0)
                    UploadRowScale(batch, objective.Beta * share, Settings.KlPerClick, rowScale);
                else FillRowScale(objective.Beta * share);
                _prior!.Backward(batch, Code, z, rowScale, dCode, dz);
            }
            Backend.SampleBackward(Code, Noise(rows), dz, dCode);
        }
        Encoder.Backward(batch);
        return loss;
    }

    /// <summary>Gives all memory of the model back. The backend stays the caller's.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        _scoringBatch = null;
    }

    private Tensor Noise(int rows) => _sampled ? _noise.Top(rows) : default;

    /// <summary>KL and anchor term; zeros while the decoder alone is trained.</summary>
    private void RegulariserLosses(SparseBatch batch)
    {
        if ((Updated & UpdatedParts.Encoder) == 0)
        {
            Backend.Fill(_losses[1], 0);
            Backend.Fill(_losses[2], 0);
            return;
        }
        int rows = batch.Rows;
        if (_prior is not null) _prior.Forward(batch, Code, _z.Top(rows), _losses[1].Top(rows));
        if (_anchors is not null)
            Backend.AnchorForward(
                _anchorTerm, batch, _anchors, Code, _z.Top(rows), _centroids.Top(rows), _losses[2].Top(rows));
    }

    private Span<double> HostLosses(int part) => _hostLosses.AsSpan(part * _rowScale.Rows, Code.Rows);

    private double DownloadLosses(SparseBatch batch, Objective objective)
    {
        int rows = batch.Rows;
        double sum = 0;
        Span<double> weights = [objective.Reconstruction, objective.Beta, objective.AnchorWeight];
        Backend.Download(_lossParts, _hostLosses);
        for (int part = 0; part < _losses.Length; part++)
        {
            var losses = HostLosses(part);
            bool perClick = part == 1 && Settings.KlPerClick;
            for (int row = 0; row < rows; row++)
                sum += weights[part] * losses[row] * (perClick ? KlWeight(batch, row) : 1)
                    * (part == 0 ? 1 : UserWeight(batch, row)); // the likelihood has weighed its own
        }
        return sum / rows;
    }
}
