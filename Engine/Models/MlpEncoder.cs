using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The encoder of Liang et al. 2018, section 2.2: tanh hidden layers, then one linear layer to the 2K posterior without
/// activation (Mult-VAE), or to a tanh bottleneck of width K (Mult-DAE). Without hidden layers the input layer is the only one.
/// </summary>
/// <param name="memory">Where it lives.</param>
/// <param name="parameters">Block that receives the parameters <c>NAME.0.*</c>, <c>NAME.1.*</c>, ...</param>
/// <param name="name">Prefix of the parameters' names.</param>
/// <param name="items">Number of items.</param>
/// <param name="hidden">Widths of the hidden layers, input side first.</param>
/// <param name="outputs">Width of the code.</param>
/// <param name="outputActivation">Activation of the code.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="weightDecay">lambda of lambda ||W||^2.</param>
public sealed class MlpEncoder(
    MemoryScope memory, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int outputs,
    Activation outputActivation, int maxRows, double weightDecay = 0)
    : SequentialEncoder<SparseLinear, Linear>(
        new(memory, parameters, $"{name}.0", items, hidden.Count == 0 ? outputs : hidden[0],
            hidden.Count == 0 ? outputActivation : Activation.Tanh, maxRows, weightDecay),
        [.. hidden.Select((width, i) => i + 1 == hidden.Count
            ? new Linear(memory, parameters, $"{name}.{i + 1}", width, outputs, outputActivation, maxRows, weightDecay)
            : new Linear(memory, parameters, $"{name}.{i + 1}", width, hidden[i + 1], Activation.Tanh, maxRows, weightDecay))]);
