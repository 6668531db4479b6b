using ManualVae.Compute;

namespace ManualVae.Training;

/// <summary>Name and shape of a parameter, as a checkpoint says them.</summary>
public sealed record ParameterShape(string Name, int Rows, int Columns)
{
    internal long Length => (long)Rows * Columns;

    /// <summary>Those of a parameter; of the whole, where ranks share its items.</summary>
    internal static ParameterShape Of(Parameter parameter) => new(
        parameter.Name,
        parameter.ItemAxis == ItemAxis.Rows ? parameter.Items.All : parameter.Value.Rows,
        parameter.ItemAxis == ItemAxis.Columns ? parameter.Items.All : parameter.Value.Columns);
}
