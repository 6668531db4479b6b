using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>A recommender whose knowledge is a parameter block on a backend, and can thus be saved as a checkpoint.</summary>
public interface IRecommenderWithParameters : IRecommender
{
    /// <summary>Where it computes.</summary>
    IBackend Backend { get; }

    /// <summary>All weights.</summary>
    ParameterBlock Parameters { get; }
}
