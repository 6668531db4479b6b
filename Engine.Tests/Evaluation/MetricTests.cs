using ManualVae.Data;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class MetricTests
{
    [Theory]
    [InlineData("NDCG@100", MetricKind.Ndcg, 100, false)]
    [InlineData(" recallall@20 ", MetricKind.RecallAll, 20, false)]
    [InlineData("sampled-HitRate@10", MetricKind.HitRate, 10, true)]
    public void Names_are_read_whatever_their_case(string name, MetricKind kind, int cutoff, bool sampled) =>
        Assert.Equal(new Metric(kind, cutoff, sampled), Metric.Parse(name));

    [Fact]
    public void Every_kind_has_a_name_that_reads_back_and_a_definition()
    {
        foreach (var kind in Enum.GetValues<MetricKind>())
        {
            var metric = kind switch
            {
                MetricKind.Auc or MetricKind.Gauc => new Metric(kind, 0),
                MetricKind.RankBiasedPrecision => new Metric(kind, 0, Persistence: 0.95),
                _ => new Metric(kind, 7),
            };
            Assert.Equal(metric, Metric.Parse(metric.Name));
            Assert.NotEmpty(metric.Definition);
        }
        Assert.Equal(
            ["Recall@20", "RecallAll@20", "NDCG@20", "Precision@20", "MAP@20", "MRR@20", "HitRate@20", "Coverage@20", "Gini@20",
                "Novelty@20", "ARP@20", "LongTail@20", "Diversity@20", "Serendipity@20", "Calibration@20", "RSP@20",
                "UserGap@20", "ItemGap@20"],
            Enum.GetValues<MetricKind>().Where(kind => kind is < MetricKind.Auc or > MetricKind.RankBiasedPrecision)
                .Select(kind => new Metric(kind, 20).Name));
    }

    [Fact]
    public void A_list_keeps_its_order_and_drops_repetitions() =>
        Assert.Equal(["NDCG@100", "Recall@20"], Metric.ParseList("NDCG@100, Recall@20,ndcg@100").Select(m => m.Name));

    [Fact]
    public void Numbers_after_a_name_are_more_cutoffs() => Assert.Equal(["NDCG@5", "NDCG@10", "NDCG@20", "Recall@1", "Recall@20"],
        Metric.ParseList("ndcg@5,10, 20,10 Recall@1,20").Select(m => m.Name));

    [Fact]
    public void Metrics_of_the_whole_ranking_have_no_cutoff() => Assert.Equal(["AUC", "GAUC", "RBP@0.8", "RBP@0.95"],
        Metric.ParseList("auc,gauc,RBP@0.8,0.95").Select(m => m.Name));

    [Theory]
    [InlineData("AUC@5")]
    [InlineData("RBP")]
    [InlineData("RBP@1")]
    [InlineData("sampled-AUC")]
    [InlineData("5,NDCG@10")]
    [InlineData("NDCG@5,0")]
    [InlineData("")]
    [InlineData("Recall")]
    [InlineData("Recall@")]
    [InlineData("Recall@0")]
    [InlineData("Recall@-5")]
    [InlineData("Recall@5@6")]
    [InlineData("Recal@5")]
    [InlineData("sampled-Recall@5")]
    public void What_is_no_metric_is_refused(string name) =>
        Assert.Throws<InputException>(() => Metric.ParseList(name));
}
