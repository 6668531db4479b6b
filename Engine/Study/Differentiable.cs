using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Models;
using ManualVae.Models.Sampling;

namespace ManualVae.Study;

/// <summary>
/// A scalar function of tensors with a hand-written gradient: an operation, a layer or a whole model with fixed masks and noise.
/// </summary>
/// <param name="Name">What is checked.</param>
/// <param name="Backend">The backend of its tensors.</param>
/// <param name="Variables">The variables, each with the tensor that receives its gradient.</param>
/// <param name="Loss">Evaluates the function.</param>
/// <param name="Gradient">Zeroes the gradients, then computes them at the current point.</param>
public sealed record Differentiable(
    string Name, IBackend Backend, IReadOnlyList<CaseTensor> Variables, Func<double> Loss, Action Gradient)
{
    /// <summary>The function sum(output gradient * output) of an operation case.</summary>
    public static Differentiable Of(OperationCase operation, OperationRun run) => new(
        operation.ToString(), run.Backend, run.Inputs,
        () =>
        {
            run.Forward();
            return run.Outputs.Sum(output => Dot(run.Backend, output.Value, output.Gradient));
        },
        () =>
        {
            run.Forward();
            run.ZeroGradients();
            run.Backward!();
        });

    /// <summary>The mean loss of a model on a batch as a function of all its parameters, with fixed mask and noise.</summary>
    public static Differentiable Of(Autoencoder model, SparseBatch batch, InputMask mask, RandomKey? noise, Objective objective,
        SparseBatch? targets = null)
    {
        var variables = model.Parameters.All.Where(p => !p.IsFrozen).Select(p => new CaseTensor(p.Name, p.Value,
            p.Gradient.IsNone ? model.Backend.Allocate(p.Value.Rows, p.Value.Columns) : p.Gradient)).ToList();
        return new(model.Name, model.Backend, variables,
            () =>
            {
                model.Forward(batch, mask, noise);
                return model.Loss(batch, objective, targets);
            },
            () =>
            {
                model.Parameters.ZeroGradients();
                model.Forward(batch, mask, noise);
                model.Backward(batch, objective, targets);
                if (model.SampledStep is { } step) Scatter(model.Backend, step, variables);
            });
    }

    // A step on drawn negatives has gradients of the rows that it sees; all others are zero.
    private static void Scatter(IBackend backend, SampledStep step, List<CaseTensor> variables)
    {
        foreach (var (set, rows) in new[] { (step.First, step.Batch.ActiveColumnCount), (step.Last, step.Items.Length) })
            foreach (var window in set.Windows)
            {
                var whole = variables.Find(variable => variable.Name == window.Source.Name).Gradient;
                backend.Fill(whole, 0);
                int width = window.Rows.Gradient.Columns;
                var byItem = whole.View(0, (int)(whole.Length / width), width);
                backend.ScatterRows(window.Rows.Gradient, step.Items.Span[..rows], byItem);
            }
    }

    private static double Dot(IBackend backend, Tensor a, Tensor b) =>
        backend.Values(a).Zip(backend.Values(b), (left, right) => left * right).Sum();
}
