using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// q(z|x) of H+Vamp (Kim and Suh 2019): gated layers, then one linear layer to the 2K posterior (the authors' two heads side by
/// side). The authors clamp the log variance to [-12, 4]; here it is free, as in the rest of the family.
/// </summary>
/// <param name="memory">Where it lives.</param>
/// <param name="parameters">Block that receives the parameters <c>NAME.0.*</c>, ... and <c>NAME.head.*</c>.</param>
/// <param name="name">Prefix of the parameters' names.</param>
/// <param name="items">Number of items.</param>
/// <param name="hidden">Widths of the hidden layers, at least one.</param>
/// <param name="outputs">Width of the code, 2K.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="weightDecay">lambda of lambda ||W||^2.</param>
public sealed class GatedEncoder(
    MemoryScope memory, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int outputs, int maxRows,
    double weightDecay = 0)
    : SequentialEncoder<GatedSparseLinear, IDenseLayer>(
        new(memory, parameters, $"{name}.0", items, hidden[0], maxRows, weightDecay),
        [.. hidden.Skip(1).Select((width, i) =>
                new GatedLinear(memory, parameters, $"{name}.{i + 1}", hidden[i], width, maxRows, weightDecay)),
            new Linear(memory, parameters, $"{name}.head", hidden[^1], outputs, Activation.Identity, maxRows, weightDecay)]);
