using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Encodes a population any number of times, under different masks.</summary>
public sealed class PosteriorEncoder : IDisposable
{
    private readonly Autoencoder _model;
    private readonly Population _population;
    private readonly SparseBatch _batch;
    private readonly double[] _code;

    /// <summary>Allocates memory for the largest batch of the population.</summary>
    public PosteriorEncoder(Autoencoder model, Population population)
    {
        StudyModel.RequireOneLevel(model);
        (_model, _population) = (model, population);
        int rows = Math.Min(model.BatchSize, population.Count);
        _batch = model.Backend.AllocateBatch(
            rows, model.ItemCount, SparseBatch.LargestBatch(rows, population.Clicks.SelectRows(population.Users)));
        _code = new double[rows * Columns];
    }

    private int Columns => _model.Settings.Variational ? 2 * _model.Settings.Latent : _model.Settings.Latent;

    /// <summary>The posteriors of a population under one mask; null for the model's own clean input.</summary>
    public static Posteriors Encode(Autoencoder model, Population population, InputMask? mask = null)
    {
        using var encoder = new PosteriorEncoder(model, population);
        return encoder.Encode(mask ?? model.CleanInput);
    }

    /// <summary>Frees the memory. The caller keeps the model.</summary>
    public void Dispose() => _batch.Dispose();

    /// <summary>The posteriors under a mask; sigma is 0 for a DAE.</summary>
    public Posteriors Encode(InputMask mask)
    {
        int latent = _model.Settings.Latent, columns = Columns;
        var (means, sigmas) = (new double[_population.Count * latent], new double[_population.Count * latent]);
        for (int done = 0; done < _population.Count; done += _batch.MaxRows)
        {
            int rows = Math.Min(_batch.MaxRows, _population.Count - done);
            _batch.Load(_population.Clicks, _population.Users.AsSpan(done, rows));
            _model.Backend.Download(_model.Encode(_batch, mask), _code.AsSpan(0, rows * columns));
            for (int row = 0; row < rows; row++)
                for (int k = 0; k < latent; k++)
                {
                    means[(done + row) * latent + k] = _code[row * columns + k];
                    if (columns > latent) sigmas[(done + row) * latent + k] = Math.Exp(0.5 * _code[row * columns + latent + k]);
                }
        }
        return new(latent, means, sigmas);
    }
}
