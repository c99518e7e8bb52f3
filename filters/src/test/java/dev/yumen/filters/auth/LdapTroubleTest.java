package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.unboundid.ldap.sdk.ResultCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdapTroubleTest {
  @ParameterizedTest
  @CsvSource({
    "81, 'the directory is not reached, or its certificate not trusted'",
    "91, 'the directory is not reached, or its certificate not trusted'",
    "85, the directory does not answer in time",
    "3, the directory does not answer in time",
    "49, the directory does not take the password of search.bind-dn",
    "10, the directory refers to another one",
    "51, 'the directory is busy, or not ready'",
    "13, the directory wants TLS",
    "50, the directory does not show what is searched",
    "16, the person's entry has no name-attribute",
  })
  void resultsHaveWordsOfTheGateway(int result, String words) {
    assertEquals(words, LdapTrouble.why(ResultCode.valueOf(result)));
  }

  @Test
  void aResultThatNobodyKnowsIsToldByItsNumber() {
    ResultCode own = ResultCode.valueOf(4711, "what a server made up");

    assertEquals("the directory answers with result 4711", LdapTrouble.why(own));
  }
}
