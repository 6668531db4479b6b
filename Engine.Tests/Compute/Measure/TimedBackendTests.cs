using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Reference;
using Xunit;

namespace ManualVae.Tests.Compute.Measure;

public class TimedBackendTests
{
    [Fact]
    public void Operations_are_noted_by_name_and_shape_with_their_flops_and_bytes_while_enabled()
    {
        using var timed = new TimedBackend(new ReferenceBackend());
        IBackend backend = timed;
        Tensor x = backend.Allocate(2, 3), y = backend.Allocate(2, 5), w = backend.Allocate(5, 3), dw = backend.Allocate(5, 3);
        var weight = new Parameter("w", w, dw, default, default);
        backend.Fill(x, 1);
        Assert.Empty(timed.Times);

        timed.Enabled = true;
        backend.Fill(w, 2);
        backend.LinearForward(x, weight, null, Activation.Identity, y);
        backend.LinearForward(x, weight, null, Activation.Identity, y);
        backend.LinearBackward(x, weight, null, y, x);
        Assert.Equal(5 * 3 * 4, backend.SquaredNorm(w));

        Assert.Equal(
            [
                ("Fill", 5, 3, 0, 60, 1),
                ("LinearForward", 2, 5, 60, 124, 2), // 2 x 2 x 5 x 3 operations; 6 + 15 + 10 floats
                ("LinearBackward dx", 2, 3, 60, 124, 1),
                ("LinearBackward dW", 5, 3, 60, 184, 1), // 10 + 6 + 2 x 15 floats
                ("SquaredNorm", 5, 3, 0, 60, 1),
            ],
            timed.Times.Select(t => (t.Name, t.Rows, t.Columns, t.Flops, t.Bytes, t.Seconds.Count)));
    }

    [Fact]
    public void What_an_operation_has_queued_is_waited_for_while_enabled()
    {
        int waits = 0;
        using var timed = new TimedBackend(new ReferenceBackend(), () =>
        {
            waits++;
            Thread.Sleep(20);
        });
        IBackend backend = timed;
        var x = backend.Allocate(2, 3);
        backend.Fill(x, 1);
        Assert.Equal(0, waits);

        timed.Enabled = true;
        backend.Fill(x, 1);
        Assert.Equal(1, waits);
        Assert.True(timed.Times.Single().Seconds.Single() >= 0.019);
    }
}
